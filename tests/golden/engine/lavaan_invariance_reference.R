# Two invariance steps by MLR whose lavaan fits stop short of their own optimum (its log-likelihood lies below ours by
# 1e-7 to 7e-7), brought to a gradient below 1e-9 by Newton steps: numbers only, the rows stay where they are.
# Run in this folder: TAM_REFERENCE=<folder of reference data> Rscript lavaan_invariance_reference.R
suppressMessages({library(lavaan); library(jsonlite)})
reference <- Sys.getenv("TAM_REFERENCE")
steps <- list(configural = "", scalar = c("loadings", "intercepts"))
cases <- list(c("bfi", "configural"), c("satisfaction_bank", "scalar"))
out <- list(versions = list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string), cases = list())
invisible(capture.output(for (case in cases) {  # lavaan prints matrices it cannot invert
  name <- case[1]; step <- case[2]
  meta <- fromJSON(file.path(reference, name, "golden", "meta.json"))
  golden <- fromJSON(file.path(reference, name, "golden", "invariance.json"))
  group <- names(golden)[1]
  order <- golden[[1]]$measurement_MLR$group_order
  d <- read.csv(file.path(reference, name, "data.csv"))
  if (name == "bfi") for (v in c("A1", "C4", "C5", "E1", "E2", "O2", "O5")) d[[v]] <- 7 - d[[v]]
  d <- d[!is.na(d[[group]]), ]
  d <- d[order(match(as.character(d[[group]]), order)), ]
  run <- function(...) suppressWarnings(cfa(meta$measurement, d, group = group, group.equal = steps[[step]],
    estimator = "MLR", meanstructure = TRUE, ...))
  fit <- run()
  first <- fitMeasures(fit)
  for (i in 1:8) {
    K <- fit@Model@eq.constraints.K
    if (!nrow(K)) K <- diag(fit@Model@nx.free)
    g <- crossprod(K, as.numeric(lavInspect(fit, "gradient")))
    if (max(abs(g)) < 1e-13) break
    H <- crossprod(K, lavInspect(fit, "hessian")) %*% K
    step_by <- as.numeric(K %*% solve((H + t(H)) / 2, g))
    pt <- as.data.frame(parTable(fit)); free <- pt$free > 0
    pt$est[free] <- pt$est[free] - step_by[pt$free[free]]
    # As a parameter table: values given as start would be changed where a latent correlation exceeds 1.
    pt$ustart <- ifelse(free, pt$est, pt$ustart); pt$start <- pt$est
    fit <- suppressWarnings(lavaan(pt, d, group = group, estimator = "MLR", optim.method = "none",
      optim.force.converged = TRUE))
  }
  out$cases[[paste(name, step, sep = "/")]] <- list(gradient = max(abs(g)), gained = fitMeasures(fit, "logl")[[1]] - first[["logl"]],
    pe = parameterEstimates(fit, rsquare = FALSE))
}))
for (name in names(out$cases)) cat(name, out$cases[[name]]$gradient, out$cases[[name]]$gained, "\n")
write_json(out, "lavaan_invariance_reference.json", digits = NA, auto_unbox = TRUE, na = "null", dataframe = "columns")
