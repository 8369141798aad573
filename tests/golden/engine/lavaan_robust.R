# lavaan MLM and MLR fits of robust_cases.json, brought to a gradient below 1e-9 by Newton steps, and the
# difference tests of nested pairs. Run in this folder:
#   python write_robust_cases.py && Rscript lavaan_robust.R
suppressMessages({library(lavaan); library(jsonlite)})
cases <- fromJSON("robust_cases.json", simplifyVector = FALSE)
out <- list(versions = list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string), cases = list())
polished <- function(run) {
  first <- fit <- run()
  best_size <- Inf
  for (i in 1:10) {
    K <- fit@Model@eq.constraints.K
    if (!nrow(K)) K <- diag(fit@Model@nx.free)
    g <- crossprod(K, as.numeric(lavInspect(fit, "gradient")))
    size <- max(abs(g))
    if (size < best_size) { best <- fit; best_size <- size }
    if (size < 1e-13) break
    H <- crossprod(K, lavInspect(fit, "hessian")) %*% K
    step <- try(as.numeric(K %*% solve((H + t(H)) / 2, g)), silent = TRUE)
    if (inherits(step, "try-error")) break
    pt <- as.data.frame(parTable(fit))
    free <- pt$free > 0
    pt$est[free] <- pt$est[free] - step[pt$free[free]]
    fit <- run(start = pt, optim.method = "none", optim.force.converged = TRUE)
  }
  list(fit = best, first = first, gradient = best_size)
}
fitted_to <- function(model, d, k, options) {
  run <- function(estimator) function(...) {
    arguments <- list(model, d, estimator = estimator, std.lv = isTRUE(k$std_lv), fixed.x = !isFALSE(k$fixed_x),
      group = k$group,
      group.equal = if (is.null(options$group_equal)) "" else unlist(options$group_equal), ...)
    if (!is.null(k$meanstructure)) arguments$meanstructure <- k$meanstructure
    suppressWarnings(do.call("sem", arguments))
  }
  list(MLM = polished(run("MLM")), MLR = polished(run("MLR")))
}
# lavaan's own search for the baseline model stops at about six digits: the same model, fitted as carefully.
baseline_of <- function(fit, estimator, d, k) {
  table <- lavaan:::lav_partable_independence(fit)
  run <- function(...) suppressWarnings(do.call("lavaan", list(table, d, estimator = estimator, group = k$group,
    fixed.x = !isFALSE(k$fixed_x), meanstructure = lavInspect(fit, "meanstructure"), ...)))
  polished(run)
}
differences <- function(larger, less) {
  method <- function(...) {
    t <- try(suppressWarnings(lavTestLRT(larger, less, ...)), silent = TRUE)
    if (inherits(t, "try-error")) return(NULL)
    list(chisq = t[2, "Chisq diff"], df = t[2, "Df diff"], pvalue = t[2, "Pr(>Chisq)"])
  }
  list(satorra.bentler.2001 = method(method = "satorra.bentler.2001"),
    satorra.bentler.2010 = method(method = "satorra.bentler.2010"),
    satorra.2000 = method(method = "satorra.2000"),
    satorra.2000.scaled = method(method = "satorra.2000", scaled.shifted = FALSE))
}
for (name in names(cases)) {
  k <- cases[[name]]
  d <- read.csv(file.path("..", "..", "data", "engine", paste0(if (is.null(k$data)) "tam" else k$data, ".csv")))
  items <- grep("[0-9]$", names(d))
  if (!is.null(k$power)) d[items] <- (d[items] / 5)^k$power
  both <- fitted_to(k$model, d, k, k)
  less <- if (!is.null(k[["less"]]) || !is.null(k[["less_options"]]))
    fitted_to(if (is.null(k[["less"]])) k$model else k[["less"]], d, k, if (is.null(k[["less_options"]])) k else k[["less_options"]])
  found <- list()
  for (estimator in names(both)) {
    fit <- both[[estimator]]$fit
    # Without a search lavaan finds no baseline model for some fits: those measures come from before polishing.
    fm <- as.list(unclass(fitMeasures(fit)))
    first <- as.list(unclass(fitMeasures(both[[estimator]]$first)))
    for (m in names(first)) if (is.null(fm[[m]]) || is.na(fm[[m]])) fm[[m]] <- first[[m]]
    baseline <- baseline_of(fit, estimator, d, k)
    own <- fitMeasures(baseline$fit)
    stopifnot(abs(own[["chisq"]] - fm$baseline.chisq) < 1e-6, own[["df"]] == fm$baseline.df)
    fm$baseline.chisq.scaled <- own[["chisq.scaled"]]
    fm$baseline.chisq.scaling.factor <- own[["chisq.scaling.factor"]]
    pe <- parameterEstimates(fit, rsquare = FALSE)
    std <- standardizedSolution(fit)
    found[[estimator]] <- list(gradient = max(both[[estimator]]$gradient, baseline$gradient), pe = pe, std = std[c("est.std", "se")], fm = fm)
    if (!is.null(less)) {
      found[[estimator]]$less_gradient <- less[[estimator]]$gradient
      found[[estimator]]$difference <- differences(fit, less[[estimator]]$fit)
    }
    cat(name, estimator, both[[estimator]]$gradient, baseline$gradient, fm$chisq, fm$chisq.scaling.factor, "\n")
  }
  out$cases[[name]] <- found
}
write_json(out, "lavaan_robust.json", digits = NA, auto_unbox = TRUE, na = "null", dataframe = "columns")
