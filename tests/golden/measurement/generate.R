# Reference values for the measurement tests, from psych, lavaan and semTools, on the simulated survey with missing
# answers (tests/data/tam_sim/tam_sim_missing.csv). Run in this folder: Rscript generate.R
suppressMessages({library(psych); library(lavaan); library(semTools); library(jsonlite)})
d <- read.csv("../../data/tam_sim/tam_sim_missing.csv")
for (v in c("PU4", "TRU3")) d[[v]] <- 8 - d[[v]]
scales <- split(names(d), factor(sub("[0-9]+$", "", names(d)), unique(sub("[0-9]+$", "", names(d)))))
scales <- c(lapply(scales, identity))
one_scale <- function(items) {
  x <- na.omit(d[items])
  a <- suppressWarnings(psych::alpha(x, check.keys = FALSE, warnings = FALSE))
  f <- suppressWarnings(psych::alpha.ci(a$total$raw_alpha, nrow(x), length(items)))
  out <- list(n = nrow(x), alpha = a$total$raw_alpha, alpha_ci_low = f$lower.ci, alpha_ci_high = f$upper.ci,
    alpha_std = a$total$std.alpha, mean_inter_item_r = a$total$average_r, r_drop = a$item.stats$r.drop,
    mean = mean(rowMeans(x)), sd = sd(rowMeans(x)))
  if (length(items) > 2) {
    out$alpha_drop <- a$alpha.drop$raw_alpha
    m <- psych::fa(cor(x), 1, fm = "minres")
    out$omega <- 1 - sum(m$uniquenesses) / sum(cor(x))
  }
  out
}
model <- paste(sapply(names(scales), function(s) paste(s, "=~", paste(scales[[s]], collapse = " + "))), collapse = "\n")
# Restarted from its own solution, so that it is good to more digits than lavaan's first stop.
polished <- function(model) {
  fit <- cfa(model, d, missing = "listwise", std.lv = TRUE)
  # (its baseline model takes the same start values and fails then, so fit measures come from the first fit)
  for (i in 1:3) fit <- suppressWarnings(cfa(model, d, missing = "listwise", std.lv = TRUE, start = fit))
  fit
}
fit <- polished(model)
z <- standardizedSolution(fit)
complete <- na.omit(d)
ds <- psych::describe(d, type = 2)
measures <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "npar")
two <- list(A = c("PU1", "PU2"), B = c("ATT1", "ATT2", "ATT3"), C = "PI1")
m2 <- "A =~ PU1 + PU2\nB =~ ATT1 + ATT2 + ATT3\nC =~ PI1"
fit2 <- polished(m2)
z2 <- standardizedSolution(fit2)
k <- psych::KMO(cor(complete))
b <- psych::cortest.bartlett(cor(complete), n = nrow(complete))
listing <- function(z, op) {
  r <- z[z$op == op, ]
  lapply(seq_len(nrow(r)), function(i) as.list(r[i, c("lhs", "rhs", "est.std", "se", "z", "pvalue", "ci.lower", "ci.upper")]))
}
write_json(list(
  versions = list(R = R.version.string, psych = as.character(packageVersion("psych")),
    lavaan = as.character(packageVersion("lavaan")), semTools = as.character(packageVersion("semTools"))),
  scales = lapply(scales, function(s) I(s)), n_complete = nrow(complete),
  reliability = lapply(scales, one_scale), two_item = one_scale(c("PU1", "PU2")),
  items = data.frame(item = names(d), n = ds$n, mean = ds$mean, sd = ds$sd, skew = ds$skew, kurtosis = ds$kurtosis,
    min = ds$min, max = ds$max),
  loadings = listing(z, "=~"), latent = listing(z[z$lhs != z$rhs, ], "~~"),
  measures = as.list(fitMeasures(cfa(model, d, std.lv = TRUE), measures)),
  mixed = list(model = m2, scales = lapply(two, function(s) I(s)), loadings = listing(z2, "=~"),
    latent = listing(z2[z2$lhs != z2$rhs, ], "~~"), measures = as.list(fitMeasures(cfa(m2, d, std.lv = TRUE), measures))),
  htmt = semTools::htmt(model, complete, htmt2 = FALSE), htmt2 = semTools::htmt(model, complete, htmt2 = TRUE),
  kmo = list(overall = k$MSA, items = as.list(k$MSAi)), bartlett = list(chisq = b$chisq, df = b$df, p = b$p.value)
), "peer_values.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
