# lavaan fits of fiml_cases.json with missing = "ml", brought to a gradient below 1e-10 by Newton steps
# (observed information), estimators ML and MLR. Run in this folder:
#   python write_fiml_cases.py && Rscript lavaan_fiml.R [case ...]
# Named cases are fitted anew, the others stay as they are in lavaan_fiml.json; all of them take half an hour.
suppressMessages({library(lavaan); library(jsonlite)})
cases <- fromJSON("fiml_cases.json", simplifyVector = FALSE)
wanted <- commandArgs(trailingOnly = TRUE)
kept <- if (length(wanted)) fromJSON("lavaan_fiml.json", simplifyVector = FALSE)$cases else list()
if (length(wanted)) cases <- cases[wanted]
out <- list(versions = list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string), cases = kept)
# The MLR solution is that of ML: only its standard errors and tests differ, so only ML is polished.
polished <- function(run) {
  first <- fit <- run("ML")
  best_size <- Inf
  for (i in 1:4) {
    K <- fit@Model@eq.constraints.K
    if (!nrow(K)) K <- diag(fit@Model@nx.free)
    g <- crossprod(K, as.numeric(lavInspect(fit, "gradient")))
    size <- max(abs(g))
    if (size < best_size) { best <- fit; best_size <- size }
    if (size < 1e-11) break
    I <- crossprod(K, lavInspect(fit, "information.observed")) %*% K
    step <- try(as.numeric(K %*% solve((I + t(I)) / 2, g)), silent = TRUE)
    if (inherits(step, "try-error")) break
    pt <- as.data.frame(parTable(fit))
    free <- pt$free > 0
    pt$est[free] <- pt$est[free] - step[pt$free[free]]
    fit <- run("ML", start = pt, optim.method = "none", optim.force.converged = TRUE)
  }
  robust <- run("MLR", start = as.data.frame(parTable(best)), optim.method = "none", optim.force.converged = TRUE)
  list(ML = list(fit = best, first = first), MLR = list(fit = robust, first = run("MLR")), gradient = best_size)
}
folder <- file.path("..", "..", "data")
for (name in names(cases)) {
  k <- cases[[name]]
  data <- if (is.null(k$data)) "tam_mis" else k$data
  d <- read.csv(file.path(folder, if (data == "tam_sim_missing") "tam_sim" else "engine", paste0(data, ".csv")))
  run <- function(estimator, ...) {
    arguments <- list(k$model, d, estimator = estimator, missing = "ml", std.lv = isTRUE(k$std_lv),
      fixed.x = !isFALSE(k$fixed_x), group = k$group, em.h1.tol = 1e-9, em.h1.iter.max = 5000,
      group.equal = if (is.null(k$group_equal)) "" else unlist(k$group_equal), ...)
    suppressWarnings(do.call("sem", arguments))
  }
  result <- polished(run)
  one <- list(gradient = result$gradient)
  for (estimator in c("ML", "MLR")) {
    fit <- result[[estimator]]$fit
    # Without a search lavaan finds no baseline model for some fits: those measures come from before polishing.
    fm <- as.list(unclass(fitMeasures(fit)))
    first <- as.list(unclass(fitMeasures(result[[estimator]]$first)))
    for (m in names(first)) if (is.null(fm[[m]]) || is.na(fm[[m]]) || grepl("baseline|cfi|tli", m)) fm[[m]] <- first[[m]]
    invisible(capture.output(suppressWarnings({ std <- standardizedSolution(fit); r2 <- lavInspect(fit, "r2") })))
    one[[estimator]] <- list(fx = fit@Fit@fx[1], n = lavInspect(fit, "nobs"),
      pe = parameterEstimates(fit, rsquare = FALSE), std = std, fm = fm,
      r2 = if (is.null(k$group)) list(as.list(r2)) else lapply(r2, as.list))
  }
  cat(name, lavInspect(fit, "converged"), result$gradient, fitMeasures(fit, "chisq"), "\n")
  h1 <- lavInspect(fit, "sampstat.h1")
  if (is.null(k$group)) h1 <- list(h1)
  one$h1 <- lapply(h1, function(g) list(names = colnames(g$cov), cov = unclass(g$cov), mean = as.numeric(g$mean)))
  names(one$h1) <- NULL
  out$cases[[name]] <- one
}
write_json(out, "lavaan_fiml.json", digits = NA, auto_unbox = TRUE, na = "null", null = "null", dataframe = "columns")
