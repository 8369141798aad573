# Values of psych and lavaan that test_reliability_golden.py compares with; writes psych_reliability.json.
# Rscript tests/golden/measurement/generate_reliability.R   (from the top of the repository)
suppressMessages({library(psych); library(lavaan); library(jsonlite)})
scales <- list(PU = paste0("PU", 1:4), PEOU = paste0("PEOU", 1:3), ATT = paste0("ATT", 1:3), PI = paste0("PI", 1:3),
               EXP = paste0("EXP", 1:3), TRU = paste0("TRU", 1:3), ATR = paste0("ATR", 1:3))
quiet <- function(x) suppressWarnings(suppressMessages(x))

omega_one <- function(R) { f <- quiet(fa(R, 1, fm = "minres")); 1 - sum(f$uniquenesses) / sum(R) }
halves <- function(x) {
  odd <- seq_len(ncol(x)) %% 2 == 1
  r <- cor(rowSums(x[, odd, drop = FALSE]), rowSums(x[, !odd, drop = FALSE]))
  list(r_odd_even = r, spearman_brown = 2 * r / (1 + r), lambda4 = quiet(splitHalf(x, covar = TRUE))$maxrb)
}
# Ordinal alpha, its interval symmetric for log(1 - alpha): a saturated model of the polychoric correlations,
# thresholds and correlations in two steps, standard errors from their asymptotic covariance matrix.
ordinal <- function(x) {
  n <- names(x); k <- length(n); pairs <- combn(n, 2)
  labels <- apply(pairs, 2, paste, collapse = "_")
  total <- paste0("(", k, " + 2*(", paste(labels, collapse = " + "), "))")
  model <- c(paste0(pairs[1, ], " ~~ ", labels, "*", pairs[2, ]),
             paste0("alpha := ", k, "/", k - 1, "*(1 - ", k, "/", total, ")"),
             paste0("below := log(1 - ", k, "/", k - 1, "*(1 - ", k, "/", total, "))"))
  fit <- quiet(sem(paste(model, collapse = "\n"), x, ordered = n))
  p <- parameterEstimates(fit); b <- p[p$label == "below", ]
  R <- unclass(lavInspect(fit, "sampstat")$cov)
  list(correlation = unname(R[n, n]), alpha = p$est[p$label == "alpha"], omega = omega_one(R[n, n]),
       ci = 1 - exp(c(b$ci.upper, b$ci.lower)), psych_alpha = quiet(alpha(polychoric(x)$rho))$total$raw_alpha)
}
drop_omega <- function(R) if (ncol(R) < 4) NULL else sapply(seq_len(ncol(R)), function(i) omega_one(R[-i, -i]))

tam <- read.csv("tests/data/tam_sim/tam_sim_complete.csv")
tam$PU4 <- 8 - tam$PU4; tam$TRU3 <- 8 - tam$TRU3
one <- lapply(scales, function(s) c(halves(tam[s]), list(omega_if_dropped = drop_omega(cor(tam[s])), ordinal = ordinal(tam[s]))))

# Composite reliability and AVE with the delta method: defined parameters of the joint factor model.
defined <- function(s) {
  l <- paste0("l", scales[[s]], collapse = " "); v <- paste0("l", scales[[s]])
  e <- paste0("e", scales[[s]])
  std <- paste0(v, "/sqrt(", v, "^2 + ", e, ")")
  S <- paste0("(", paste(std, collapse = " + "), ")^2"); Q <- paste(paste0("(", std, ")^2"), collapse = " + ")
  k <- length(v)
  c(paste0(s, " =~ ", paste0("NA*", scales[[s]], " + ", v, "*", scales[[s]], collapse = " + ")), paste0(s, " ~~ 1*", s),
    paste0(scales[[s]], " ~~ ", e, "*", scales[[s]]),
    paste0("cr", s, " := ", S, "/(", S, " + ", k, " - (", Q, "))"), paste0("ave", s, " := (", Q, ")/", k),
    paste0("crb", s, " := log(1 - ", S, "/(", S, " + ", k, " - (", Q, ")))"), paste0("aveb", s, " := log(1 - (", Q, ")/", k, ")"))
}
model <- paste(unlist(lapply(names(scales), defined)), collapse = "\n")
fit <- cfa(model, tam)
for (again in 1:3) fit <- cfa(model, tam, start = fit)  # lavaan moves on a little from its own solution
p <- parameterEstimates(fit); row <- function(n) p[p$label == n & p$op == ":=", ]
for (s in names(scales)) {
  turned <- function(n) { b <- row(paste0(n, "b", s)); list(est = row(paste0(n, s))$est, se = row(paste0(n, s))$se, ci = 1 - exp(c(b$ci.upper, b$ci.lower))) }
  one[[s]]$composite_reliability <- turned("cr"); one[[s]]$ave <- turned("ave")
}

hierarchical <- function(x, m) {
  o <- quiet(omega(cor(x), m, fm = "minres", rotate = "oblimin", flip = FALSE, plot = FALSE))
  list(omega_h = o$omega_h, omega_total = o$omega.tot, general = unname(o$schmid$sl[, "g"]))
}
big <- psych::bfi[complete.cases(psych::bfi[, 1:25]), 1:25]
for (i in c("A1", "C4", "C5", "E1", "E2", "O2", "O5")) big[[i]] <- 7 - big[[i]]
N <- big[paste0("N", 1:5)]
out <- list(versions = list(R = R.version.string, psych = as.character(packageVersion("psych")), lavaan = as.character(packageVersion("lavaan"))),
            tam_sim = one, credibility = hierarchical(tam[c(scales$EXP, scales$TRU, scales$ATR)], 3),
            bfi = list(hierarchical = hierarchical(big, 5), N = c(halves(N), list(omega_if_dropped = drop_omega(cor(N)), ordinal = ordinal(N)))))
write_json(out, "tests/golden/measurement/psych_reliability.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
