# lavaan's answer to every sample of the convergence study: Rscript convergence_lavaan.R FOLDER RESULT.json
# FOLDER holds models.json ({key: model}) and KEY.csv. chisq is nobs times lavaan's minimum times two.
suppressMessages({library(lavaan); library(jsonlite)})
paths <- commandArgs(trailingOnly = TRUE)
models <- fromJSON(file.path(paths[1], "models.json"), simplifyVector = FALSE)
answer <- function(model, d, ...) {
  warned <- FALSE
  fit <- withCallingHandlers(
    tryCatch(sem(model, d, baseline = FALSE, ...), error = function(e) NULL),
    warning = function(w) { warned <<- TRUE; invokeRestart("muffleWarning") })
  if (is.null(fit)) return(list(converged = FALSE, chisq = NA, warned = TRUE, smallest = NA))
  pt <- parTable(fit)
  list(converged = lavInspect(fit, "converged"), chisq = 2 * nobs(fit) * fit@optim$fx,
       warned = warned, smallest = min(pt$est[pt$op == "~~" & pt$lhs == pt$rhs]))
}
out <- list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))), samples = list())
for (key in names(models)) {
  d <- read.csv(file.path(paths[1], paste0(key, ".csv")))
  out$samples[[key]] <- list(default = answer(models[[key]], d), bounded = answer(models[[key]], d, bounds = "pos.var"))
}
write_json(out, paths[2], digits = NA, auto_unbox = TRUE, na = "null")
