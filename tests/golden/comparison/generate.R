# Welch's test (oneway.test), Games-Howell by hand, Hedges g, eta and omega squared, t intervals.
# Run: Rscript generate.R > expected.json      Needs base R and jsonlite.
suppressMessages(library(jsonlite))

likert_means <- function(n, items, mean, sd) {
  rowMeans(matrix(round(pmin(7, pmax(1, rnorm(n * items, mean, sd) + rep(rnorm(n, 0, 0.6), items)))), n))
}

set.seed(4171)
cases <- list(
  three_unequal = list(a = rnorm(12, 4.0, 0.5), b = rnorm(45, 4.6, 1.4), c = rnorm(27, 5.1, 0.9)),
  two_groups = list(x = rnorm(31, 4.2, 1.1), y = rnorm(18, 4.9, 0.6)),
  five_likert = list(
    p = likert_means(40, 3, 4.5, 1), q = likert_means(22, 3, 4.4, 1.5), r = likert_means(63, 3, 4.5, 0.8),
    s = likert_means(25, 3, 5.6, 1.1), t = likert_means(20, 3, 4.5, 1)
  ),
  nothing_there = list(a = rnorm(30, 4, 1), b = rnorm(30, 4, 1), c = rnorm(30, 4, 1)),
  tiny = list(a = c(3.0, 3.5, 4.5), b = c(4.0, 5.25, 6.0, 6.5), c = c(1.0, 2.0, 1.5))
)

# ptukey is off by up to 2e-5 with few degrees of freedom and qtukey stops at the fourth decimal, so the double
# integral is taken here by adaptive quadrature, to 1e-11; ptukey is printed beside it for comparison.
range_probability <- function(width, k) sapply(width, function(w) {
  k * integrate(function(z) dnorm(z) * (pnorm(z) - pnorm(z - w))^(k - 1), -9, 9, rel.tol = 1e-12, abs.tol = 0,
                subdivisions = 500)$value
})
studentized <- function(q, k, df) {
  density <- function(s) 2 * s * df * dchisq(df * s^2, df)
  ends <- sqrt(qchisq(c(1e-15, 0.1, 0.5, 0.9), df) / df)
  ends <- c(ends, sqrt(qchisq(1e-15, df, lower.tail = FALSE) / df))
  sum(sapply(1:4, function(i) integrate(function(s) density(s) * range_probability(q * s, k), ends[i], ends[i + 1],
                                        rel.tol = 1e-11, abs.tol = 0, subdivisions = 500)$value))
}
quantile_range <- function(level, k, df) {
  start <- qtukey(level, k, df)
  uniroot(function(q) studentized(q, k, df) - level, start + c(-0.05, 0.05), tol = 1e-11)$root
}

pair <- function(x, y, k, level = 0.95) {
  vx <- var(x) / length(x); vy <- var(y) / length(y)
  se <- sqrt(vx + vy)
  df <- (vx + vy)^2 / (vx^2 / (length(x) - 1) + vy^2 / (length(y) - 1))
  diff <- mean(x) - mean(y)
  t <- diff / se
  pooled <- sqrt(((length(x) - 1) * var(x) + (length(y) - 1) * var(y)) / (length(x) + length(y) - 2))
  g <- diff / pooled * (1 - 3 / (4 * (length(x) + length(y)) - 9))
  p <- if (k == 2) t.test(x, y)$p.value else 1 - studentized(abs(t) * sqrt(2), k, df)
  interval <- if (k == 2) as.numeric(t.test(x, y)$conf.int) else
    diff + c(-1, 1) * quantile_range(level, k, df) / sqrt(2) * se
  list(diff = diff, se = se, t = t, df = df, p = p, hedges_g = g, ci_low = interval[1], ci_high = interval[2])
}

run <- function(groups) {
  y <- unlist(groups, use.names = FALSE)
  g <- factor(rep(names(groups), lengths(groups)), levels = names(groups))
  w <- oneway.test(y ~ g, var.equal = FALSE)
  f <- unname(w$statistic); df1 <- unname(w$parameter[1])
  table <- anova(lm(y ~ g))
  means <- lapply(groups, function(x) {
    t <- t.test(x)
    list(n = length(x), mean = mean(x), sd = sd(x), ci_low = t$conf.int[1], ci_high = t$conf.int[2])
  })
  names_of <- names(groups)
  pairs <- list()
  for (i in seq_len(length(groups) - 1)) for (j in (i + 1):length(groups)) {
    pairs[[length(pairs) + 1]] <- c(
      list(a = names_of[i], b = names_of[j]), pair(groups[[i]], groups[[j]], length(groups))
    )
  }
  list(
    scores = groups,
    welch = list(
      F = f, df1 = df1, df2 = unname(w$parameter[2]), p = w$p.value,
      eta_squared = table$`Sum Sq`[1] / sum(table$`Sum Sq`),
      omega_squared = df1 * (f - 1) / (df1 * (f - 1) + length(y))
    ),
    means = means, pairs = pairs
  )
}

out <- lapply(cases, run)
p_values <- sapply(out, function(x) x$welch$p)
grid <- expand.grid(q = c(0.5, 2, 3.3, 5), k = c(2, 3, 6), df = c(2.5, 11, 87.3, 900))
grid$p <- mapply(studentized, grid$q, grid$k, grid$df)
grid$ptukey <- mapply(ptukey, grid$q, grid$k, grid$df)
cat(toJSON(
  list(made_with = R.version.string, cases = out, holm = as.list(p.adjust(p_values, "holm")), studentized_range = grid),
  digits = NA, auto_unbox = TRUE, pretty = TRUE
))
