# The structural model of the simulated survey by listwise deletion and by FIML, from lavaan brought to a gradient below
# 1e-9 by Newton steps. Run in this folder: Rscript generate_paths.R
suppressMessages({library(lavaan); library(jsonlite)})
d <- read.csv("../../data/tam_sim/tam_sim_missing.csv")
for (v in c("PU4", "TRU3")) d[[v]] <- 8 - d[[v]]
model <- "PU =~ PU1 + PU2 + PU3 + PU4\nPEOU =~ PEOU1 + PEOU2 + PEOU3\nATT =~ ATT1 + ATT2 + ATT3\nPI =~ PI1 + PI2 + PI3\nPU ~ PEOU\nATT ~ PEOU + PU\nPI ~ ATT + PU"
polished <- function(run) {
  fit <- run()
  for (i in 1:6) {
    g <- as.numeric(lavInspect(fit, "gradient"))
    if (max(abs(g)) < 1e-13) break
    pt <- as.data.frame(parTable(fit)); free <- pt$free > 0
    pt$est[free] <- pt$est[free] - solve(lavInspect(fit, "hessian"), g)[pt$free[free]]
    fit <- suppressWarnings(run(start = pt, optim.method = "none", optim.force.converged = TRUE))
  }
  p <- parameterEstimates(fit)
  list(gradient = max(abs(lavInspect(fit, "gradient"))), n = lavInspect(fit, "ntotal"),
    paths = p[p$op == "~", c("lhs", "rhs", "est", "se", "pvalue")])
}
write_json(list(
  versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))),
  listwise = polished(function(...) sem(model, d, ...)), fiml = polished(function(...) sem(model, d, missing = "fiml", ...))
), "lavaan_paths.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
