# Writes wlsmv.json: lavaan's WLSMV fits of the cases in wlsmv_cases.json on our own simulated survey.
# The search is tightened; what remains is the accuracy of lavaan's polychoric correlations (about 1e-7).
suppressMessages(library(lavaan)); library(jsonlite)
here <- "tests/golden/ordinal"; data <- read.csv("tests/data/ordinal/mixed.csv")
cases <- read_json(file.path(here, "wlsmv_cases.json"))
fit_case <- function(case) {
  d <- if (is.null(case$rows)) data else data[case$rows[[1]]:case$rows[[2]], ]
  ordered <- if (identical(case$ordered[[1]], "all")) TRUE else unlist(case$ordered)
  # lavaan orders groups by appearance; `mimic` and every other option stay at their defaults.
  arguments <- list(case$model, d, ordered = ordered, std.lv = isTRUE(case$std_lv),
    control = list(rel.tol = 1e-13, iter.max = 20000, eval.max = 40000))
  if (!is.null(case$group)) arguments$group <- case$group
  if (!is.null(case$group_equal)) arguments$group.equal <- unlist(case$group_equal)
  if (!is.null(case$group_partial)) arguments$group.partial <- unlist(case$group_partial)
  fit <- suppressWarnings(do.call("sem", arguments))
  if (!lavInspect(fit, "converged")) { arguments$control <- NULL; fit <- suppressWarnings(do.call("sem", arguments)) }
  stopifnot(lavInspect(fit, "converged"))
  pe <- parameterEstimates(fit, remove.eq = FALSE, remove.system.eq = FALSE, standardized = TRUE)
  std <- standardizedSolution(fit, remove.eq = FALSE)
  stopifnot(nrow(std) >= 1)
  list(estimates = pe[pe$op != "==", intersect(names(pe), c("lhs", "op", "rhs", "group", "est", "se", "std.lv", "std.all"))],
       standardised = std[std$op != "==", intersect(names(std), c("lhs", "op", "rhs", "group", "est.std", "se"))],
       measures = as.list(fitMeasures(fit)), r2 = lavInspect(fit, "r2"), groups = lavInspect(fit, "group.label"),
       gradient = max(abs(lavTech(fit, "gradient"))))
}
fits <- lapply(cases, function(case) { cat(substr(case$model, 1, 30), "\n"); fit_case(case) })
write_json(list(lavaan = as.character(packageVersion("lavaan")), fits = fits),
           file.path(here, "wlsmv.json"), digits = NA, auto_unbox = TRUE, na = "null", null = "null")
for (name in names(fits)) cat(name, fits[[name]]$measures$chisq, fits[[name]]$measures$chisq.scaled, fits[[name]]$gradient, "\n")
