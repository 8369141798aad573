# Standardised residuals of lavaan fits brought to a gradient below 1e-9 by Newton steps. Run in this folder:
#   Rscript lavaan_residuals.R
suppressMessages({library(lavaan); library(jsonlite)})
model <- "PEOU =~ peou1 + peou2 + peou3 + peou4\nPU =~ pu1 + pu2 + pu3 + pu4\nPI =~ pi1 + pi2 + pi3 + pi4\nPU ~ PEOU\nPI ~ PU + PEOU\n"
d <- read.csv(file.path("..", "..", "data", "engine", "tam.csv"))
cases <- list(one = list(), means = list(meanstructure = TRUE),
  metric = list(group = "group", group.equal = "loadings"),
  scalar = list(group = "group", group.equal = c("loadings", "intercepts")))
out <- list(versions = list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string), model = model, cases = list())
for (name in names(cases)) {
  run <- function(...) suppressWarnings(do.call("sem", c(list(model, d), cases[[name]], list(...))))
  fit <- run()
  for (i in 1:6) {
    K <- fit@Model@eq.constraints.K
    if (!nrow(K)) K <- diag(fit@Model@nx.free)
    g <- crossprod(K, as.numeric(lavInspect(fit, "gradient")))
    if (max(abs(g)) < 1e-13) break
    H <- crossprod(K, lavInspect(fit, "hessian")) %*% K
    step <- as.numeric(K %*% solve((H + t(H)) / 2, g))
    pt <- as.data.frame(parTable(fit)); free <- pt$free > 0
    pt$est[free] <- pt$est[free] - step[pt$free[free]]
    fit <- run(start = pt, optim.method = "none", optim.force.converged = TRUE)
  }
  r <- residuals(fit, type = "standardized")
  parts <- if (is.null(cases[[name]]$group)) list(r) else r
  out$cases[[name]] <- list(gradient = max(abs(g)), options = cases[[name]], cov = lapply(unname(parts), function(one) unclass(one$cov)))
}
write_json(out, "lavaan_residuals.json", digits = NA, auto_unbox = TRUE, na = "null")
