# LMS by another road than tam's: both latent predictors are integrated out, by Gauss-Hermite over a grid of
# 110 x 110 nodes given which the covariance matrix is one and the same; derivatives are numerical.
# At tam's estimates (estimates.json) it says its log-likelihood and its gradient, which vanishes at a maximum.
# Run in this folder: Rscript lms_peer.R  (R with jsonlite); writes lms_peer.json.
library(jsonlite)

hermite <- function(m) {
  i <- seq_len(m - 1); j <- matrix(0, m, m)
  j[cbind(i, i + 1)] <- sqrt(i); j[cbind(i + 1, i)] <- sqrt(i)
  e <- eigen(j, symmetric = TRUE)
  list(x = e$values, w = e$vectors[1, ]^2)
}
rule <- hermite(110)
grid <- expand.grid(a = rule$x, b = rule$x)
logw <- as.vector(outer(log(rule$w), log(rule$w), "+"))
near <- grid$a^2 + grid$b^2 < 56
grid <- grid[near, ]; logw <- logw[near]

d <- read.csv("survey.csv")
names9 <- c("x1", "x2", "x3", "z1", "z2", "z3", "y1", "y2", "y3")
labels <- c("X=~x2", "X=~x3", "Z=~z2", "Z=~z3", "Y=~y2", "Y=~y3", "Y~X", "Y~Z",
            paste0(names9, "~~", names9), "X~~X", "Z~~Z", "X~~Z", "Y~~Y", paste0(names9, "~1"))

loglik <- function(t, y, products) {
  q <- setNames(t, c(labels, products))
  phi <- matrix(c(q["X~~X"], q["X~~Z"], q["X~~Z"], q["Z~~Z"]), 2)
  if (any(q[17 - 8:0] <= 0) || q["Y~~Y"] <= 0 || det(phi) <= 0 || phi[1, 1] <= 0) return(-1e10)
  l <- t(chol(phi)); x <- l[1, 1] * grid$a; z <- l[2, 1] * grid$a + l[2, 2] * grid$b
  eta <- q["Y~X"] * x + q["Y~Z"] * z
  if ("Y~X:Z" %in% products) eta <- eta + q["Y~X:Z"] * x * z
  if ("Y~X:X" %in% products) eta <- eta + q["Y~X:X"] * x^2
  if ("Y~Z:Z" %in% products) eta <- eta + q["Y~Z:Z"] * z^2
  ly <- c(1, q["Y=~y2"], q["Y=~y3"])
  mu <- rbind(outer(c(1, q["X=~x2"], q["X=~x3"]), x), outer(c(1, q["Z=~z2"], q["Z=~z3"]), z), outer(ly, eta))
  mu <- mu + q[paste0(names9, "~1")]
  s <- diag(q[paste0(names9, "~~", names9)]); s[7:9, 7:9] <- s[7:9, 7:9] + q["Y~~Y"] * outer(ly, ly)
  total <- 0
  for (p in y) {
    seen <- p$seen; root <- chol(s[seen, seen, drop = FALSE])
    a <- backsolve(root, t(p$rows), transpose = TRUE); b <- backsolve(root, mu[seen, , drop = FALSE], transpose = TRUE)
    f <- crossprod(a, b) - outer(colSums(a^2) / 2, colSums(b^2) / 2, "+")
    f <- f + rep(logw, each = nrow(f)); top <- f[cbind(seq_len(nrow(f)), max.col(f))]
    total <- total + sum(top + log(rowSums(exp(f - top)))) -
      nrow(p$rows) * (length(seen) / 2 * log(2 * pi) + sum(log(diag(root))))
  }
  total
}

patterns <- function(d) {
  key <- apply(is.na(d), 1, paste, collapse = "")
  lapply(split(seq_len(nrow(d)), key), function(i) {
    seen <- which(!is.na(unlist(d[i[1], ]))); list(seen = seen, rows = as.matrix(d[i, seen, drop = FALSE]))
  })
}

gradient <- function(t, y, products, h = 1e-4) vapply(seq_along(t), function(i) {
  e <- replace(numeric(length(t)), i, h)
  (8 * (loglik(t + e, y, products) - loglik(t - e, y, products)) -
     (loglik(t + 2 * e, y, products) - loglik(t - 2 * e, y, products))) / (12 * h)
}, 0)

given <- fromJSON("estimates.json")
run <- function(name, d, products) {
  y <- patterns(d[, names9]); t <- unlist(given[[name]])[c(labels, products)]
  list(loglik = loglik(t, y, products), n = nrow(d), free = c(labels, products),
       gradient = gradient(t, y, products))
}
complete <- d[complete.cases(d), ]
out <- list(interaction = run("interaction", complete, "Y~X:Z"),
            curves = run("curves", complete, c("Y~X:Z", "Y~X:X", "Y~Z:Z")),
            missing = run("missing", d, "Y~X:Z"),
            R = R.version.string)
write_json(out, "lms_peer.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
