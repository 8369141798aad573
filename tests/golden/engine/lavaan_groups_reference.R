# The structural models of two real surveys whose lavaan fits stop short of their own optimum, brought to a gradient
# below 1e-9 by Newton steps: numbers only, the rows stay where they are. Run in this folder:
#   TAM_REFERENCE=<folder of reference data> Rscript lavaan_groups_reference.R
suppressMessages({library(lavaan); library(jsonlite)})
reference <- Sys.getenv("TAM_REFERENCE")
out <- list(versions = list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string), cases = list())
for (name in c("satisfaction_bank", "utaut2_trello")) {
  meta <- fromJSON(file.path(reference, name, "golden", "meta.json"))
  golden <- fromJSON(file.path(reference, name, "golden", "invariance.json"))[[1]]
  group <- golden$measurement$group
  model <- paste(grep(":=", strsplit(meta$sem_model, "\n")[[1]], value = TRUE, invert = TRUE), collapse = "\n")
  d <- read.csv(file.path(reference, name, "data.csv"))
  d <- d[!is.na(d[[group]]), ]
  for (kind in c("free", "equal_regressions")) {
    equal <- if (kind == "free") "loadings" else c("loadings", "regressions")
    run <- function(...) suppressWarnings(sem(model, d, group = group, group.equal = equal, meanstructure = TRUE, ...))
    fit <- run()
    for (i in 1:8) {
      K <- fit@Model@eq.constraints.K
      g <- crossprod(K, as.numeric(lavInspect(fit, "gradient")))
      if (max(abs(g)) < 1e-13) break
      H <- crossprod(K, lavInspect(fit, "hessian")) %*% K
      step <- as.numeric(K %*% solve((H + t(H)) / 2, g))
      pt <- as.data.frame(parTable(fit)); free <- pt$free > 0
      pt$est[free] <- pt$est[free] - step[pt$free[free]]
      fit <- run(start = pt, optim.method = "none", optim.force.converged = TRUE)
    }
    out$cases[[paste(name, kind, sep = "/")]] <- list(gradient = max(abs(g)),
      pe = parameterEstimates(fit, rsquare = FALSE), std = standardizedSolution(fit),
      r2 = lapply(lavInspect(fit, "r2"), as.list))
    cat(name, kind, max(abs(g)), fitMeasures(fit, "chisq"), "\n")
  }
}
write_json(out, "lavaan_groups_reference.json", digits = NA, auto_unbox = TRUE, na = "null", dataframe = "columns")
