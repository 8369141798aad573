# Reference values for missing answers and distributions, from mice, psych, mnormt, lavaan and base R, on the simulated
# survey (tests/data/tam_sim) and on R's own airquality. Run in this folder: Rscript generate.R
suppressMessages({library(mice); library(psych); library(lavaan); library(jsonlite)})
scale7 <- function(d) { for (v in c("PU4", "TRU3")) d[[v]] <- 8 - d[[v]]; d }
missing <- scale7(read.csv("../../data/tam_sim/tam_sim_missing.csv"))
complete <- scale7(read.csv("../../data/tam_sim/tam_sim_complete.csv"))

# --- patterns: frequency of each, as 0/1 text in the order of the columns (1: no answer)
codes <- function(d) apply(is.na(d), 1, function(r) paste(as.integer(r), collapse = ""))
patterns <- sort(table(codes(missing)), decreasing = TRUE)
md <- md.pattern(missing, plot = FALSE)

# --- Rubin's rules
set.seed(1)
cases <- list(
  list(q = c(1, 1.2, .9), u = c(.1, .11, .09), n = 100, k = 5),
  list(q = rnorm(20, .4, .05), u = runif(20, .004, .006), n = 377, k = 58),
  list(q = rnorm(5, 0, 1), u = runif(5, .5, .6), n = 40, k = 3),
  list(q = c(.3, .3, .3), u = c(.01, .012, .011), n = 60, k = 4),
  list(q = rnorm(10, 2, .3), u = runif(10, .01, .02), n = 1e9, k = 1))
rubin <- lapply(cases, function(x) {
  s <- pool.scalar(x$q, x$u, n = x$n, k = x$k)
  half <- qt(.975, s$df) * sqrt(s$t)
  c(lapply(x, I), list(est = s$qbar, within = s$ubar, between = s$b, se = sqrt(s$t), df = s$df, r = s$r, fmi = s$fmi,
    t = s$qbar / sqrt(s$t), p = 2 * pt(-abs(s$qbar / sqrt(s$t)), s$df), ci_low = s$qbar - half, ci_high = s$qbar + half))
})

# --- Welch's tests of missingness
pairs <- expand.grid(item = names(missing), other = names(missing), stringsAsFactors = FALSE)
pairs <- pairs[pairs$item != pairs$other, ]
tests <- do.call(rbind, lapply(seq_len(nrow(pairs)), function(i) {
  g <- is.na(missing[[pairs$item[i]]]); y <- missing[[pairs$other[i]]]
  if (sum(g & !is.na(y)) < 2 || sum(!g & !is.na(y)) < 2) return(NULL)
  a <- y[g & !is.na(y)]; b <- y[!g & !is.na(y)]
  if (var(a) == 0 || var(b) == 0) return(NULL)
  r <- t.test(a, b)
  data.frame(pairs[i, ], n_missing = length(a), n_given = length(b), difference = mean(a) - mean(b),
    t = unname(r$statistic), df = unname(r$parameter), p = r$p.value)
}))
tests$p_holm <- p.adjust(tests$p, "holm")

# --- distributions
describe_items <- function(d) {
  s <- psych::describe(d, type = 2); n <- s$n
  ses <- sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
  data.frame(item = names(d), n = n, skew = s$skew, kurtosis = s$kurtosis, skew_se = ses,
    kurtosis_se = 2 * ses * sqrt((n^2 - 1) / ((n - 3) * (n + 5))), floor = colMeans(d == 1, na.rm = TRUE),
    ceiling = colMeans(d == 7, na.rm = TRUE),
    most_common = sapply(d, function(v) as.numeric(names(which.max(table(v))))),
    most_common_share = sapply(d, function(v) max(table(v)) / sum(!is.na(v))),
    entropy = sapply(d, function(v) { p <- prop.table(table(v)); -sum(p * log(p)) / log(7) }))
}
mardia_values <- function(d) {
  m <- suppressWarnings(psych::mardia(d, plot = FALSE)); k <- ncol(d); n <- nrow(d)
  s <- mnormt::sample_Mardia_measures(as.matrix(d))
  list(n = n, k = k, nminus1 = list(skewness = m$b1p, skewness_chisq = m$skew, skewness_p = m$p.skew,
      skewness_chisq_small = m$small.skew, skewness_small_p = m$p.small, kurtosis = m$b2p, kurtosis_z = m$kurtosis,
      kurtosis_p = m$p.kurt),
    ml = list(skewness = unname(s["b1"]), kurtosis = unname(s["b2"])))
}
# Henze and Zirkler (1990), from their formulas: no R package of the machine has the test.
henze_zirkler <- function(x) {
  x <- as.matrix(x); n <- nrow(x); d <- ncol(x)
  s <- solve(cov(x) * (n - 1) / n); z <- scale(x, scale = FALSE); g <- z %*% s %*% t(z)
  dj <- diag(g); djk <- outer(dj, dj, "+") - 2 * g
  b <- 1 / sqrt(2) * ((2 * d + 1) / 4)^(1 / (d + 4)) * n^(1 / (d + 4))
  hz <- n * (mean(exp(-b^2 / 2 * djk)) - 2 * (1 + b^2)^(-d / 2) * mean(exp(-b^2 / (2 * (1 + b^2)) * dj)) +
    (1 + 2 * b^2)^(-d / 2))
  wb <- (1 + b^2) * (1 + 3 * b^2); a <- 1 + 2 * b^2
  mu <- 1 - a^(-d / 2) * (1 + d * b^2 / a + d * (d + 2) * b^4 / (2 * a^2))
  s2 <- 2 * (1 + 4 * b^2)^(-d / 2) + 2 * a^(-d) * (1 + 2 * d * b^4 / a^2 + 3 * d * (d + 2) * b^8 / (4 * a^4)) -
    4 * wb^(-d / 2) * (1 + 3 * d * b^4 / (2 * wb) + d * (d + 2) * b^8 / (2 * wb^2))
  list(n = n, hz = hz, p = plnorm(hz, log(sqrt(mu^4 / (s2 + mu^2))), sqrt(log(1 + s2 / mu^2)), lower.tail = FALSE))
}
d2 <- mahalanobis(complete, colMeans(complete), cov(complete))
far <- order(-d2)[1:10]

# --- the structural model by mice (listwise deletion and full information: generate_paths.R)
model <- "PU =~ PU1 + PU2 + PU3 + PU4\nPEOU =~ PEOU1 + PEOU2 + PEOU3\nATT =~ ATT1 + ATT2 + ATT3\nPI =~ PI1 + PI2 + PI3\nPU ~ PEOU\nATT ~ PEOU + PU\nPI ~ ATT + PU"
paths <- function(fit) { p <- parameterEstimates(fit); p[p$op == "~", c("lhs", "rhs", "est", "se", "pvalue")] }
imputed <- mice(missing, m = 50, method = "pmm", maxit = 10, seed = 20, printFlag = FALSE)
fits <- lapply(seq_len(50), function(i) paths(sem(model, complete(imputed, i))))
npar <- lavInspect(sem(model, missing), "npar")
pooled <- do.call(rbind, lapply(seq_len(nrow(fits[[1]])), function(j) {
  s <- pool.scalar(sapply(fits, function(f) f$est[j]), sapply(fits, function(f) f$se[j])^2, n = nrow(missing), k = npar)
  data.frame(fits[[1]][j, c("lhs", "rhs")], est = s$qbar, se = sqrt(s$t), df = s$df, fmi = s$fmi)
}))

write_json(list(
  versions = list(R = R.version.string, mice = as.character(packageVersion("mice")),
    psych = as.character(packageVersion("psych")), mnormt = as.character(packageVersion("mnormt")),
    lavaan = as.character(packageVersion("lavaan"))),
  patterns = list(codes = names(patterns), counts = as.integer(patterns), md_rows = nrow(md) - 1),
  rubin = rubin, missingness = tests, items = describe_items(missing), mardia = mardia_values(complete),
  airquality_mardia = mardia_values(na.omit(airquality)),
  henze_zirkler = list(tam_sim = henze_zirkler(complete), airquality = henze_zirkler(na.omit(airquality))),
  outliers = list(row = far, d2 = unname(d2[far]), p = pchisq(unname(d2[far]), ncol(complete), lower.tail = FALSE),
    n_far = sum(pchisq(d2, ncol(complete), lower.tail = FALSE) < .001), sum = sum(d2)),
  model = model, mice = pooled
), "peer_values.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
