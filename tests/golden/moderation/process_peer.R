# Reference values of observed-score process models: lm and HC3 by the formula of MacKinnon and White (1985).
# Rscript tests/golden/moderation/process_peer.R  (from the checkout)
library(jsonlite)
set.seed(20240607)
n <- 120
x <- round(rnorm(n), 3); w <- round(0.3 * x + rnorm(n), 3); c1 <- round(rnorm(n), 3)
m <- round(0.5 * x + 0.2 * w + 0.3 * x * w + 0.2 * c1 + rnorm(n), 3)
y <- round(0.2 * x + 0.5 * m + 0.1 * w + 0.25 * m * w + rnorm(n), 3)
d <- data.frame(x, w, m, y, c1)
hc3 <- function(fit) {
  X <- model.matrix(fit); e <- resid(fit); h <- hatvalues(fit); B <- solve(crossprod(X))
  B %*% crossprod(X * (e / (1 - h))) %*% B
}
told <- function(formula) {
  fit <- lm(formula, d); se <- sqrt(diag(hc3(fit)))
  list(terms = names(coef(fit)), est = unname(coef(fit)), se = unname(se), r2 = summary(fit)$r.squared, df = fit$df.residual)
}
z <- unname(quantile(d$w, c(.16, .5, .84)))
a7 <- lm(m ~ x * w + c1, d); b7 <- lm(y ~ x + m + c1, d)
a14 <- lm(m ~ x + c1, d); b14 <- lm(y ~ x + m * w + c1, d)
b59 <- lm(y ~ x * w + m * w + c1, d)
one <- lm(y ~ x * w + c1, d); V <- hc3(one)[c("x", "x:w"), c("x", "x:w")]; t <- qt(.975, one$df.residual)
b <- coef(one)[c("x", "x:w")]
A <- b[2]^2 - t^2 * V[2, 2]; B <- 2 * (b[1] * b[2] - t^2 * V[1, 2]); C <- b[1]^2 - t^2 * V[1, 1]
write_json(list(
  versions = list(R = R.version.string), data = d, probes = z,
  model1 = c(told(y ~ x * w + c1), list(delta_r2 = summary(one)$r.squared - summary(lm(y ~ x + w + c1, d))$r.squared,
    bounds = if (B^2 > 4 * A * C) sort(unname((-B + c(-1, 1) * sqrt(B^2 - 4 * A * C)) / (2 * A))) else list(), effect = unname(b[1] + b[2] * z),
    se = unname(sqrt(V[1, 1] + 2 * z * V[1, 2] + z^2 * V[2, 2])))),
  first7 = told(m ~ x * w + c1), last14 = told(y ~ x + m * w + c1),
  index7 = unname(coef(a7)["x:w"] * coef(b7)["m"]), index14 = unname(coef(a14)["x"] * coef(b14)["m:w"]),
  indirect7 = unname((coef(a7)["x"] + coef(a7)["x:w"] * z) * coef(b7)["m"]),
  indirect14 = unname(coef(a14)["x"] * (coef(b14)["m"] + coef(b14)["m:w"] * z)),
  indirect58 = unname((coef(a7)["x"] + coef(a7)["x:w"] * z) * (coef(b14)["m"] + coef(b14)["m:w"] * z)),
  indirect59 = unname((coef(a7)["x"] + coef(a7)["x:w"] * z) * (coef(b59)["m"] + coef(b59)["w:m"] * z)),
  direct59 = unname(coef(b59)["x"] + coef(b59)["x:w"] * z)
), "tests/golden/moderation/process_peer.json", digits = NA, auto_unbox = TRUE)
