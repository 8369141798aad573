# lavTestLRT of fits with missing answers and with ordered answers, as searched by lavaan. Run in this folder.
suppressMessages({library(lavaan); library(jsonlite)})
measured <- "PEOU =~ peou1 + peou2 + peou3\nPU =~ pu1 + pu2 + pu3\nPI =~ pi1 + pi2 + pi3\n"
larger <- paste0(measured, "PU ~ PEOU\nPI ~ PU + PEOU"); less <- paste0(measured, "PU ~ PEOU\nPI ~ PU")
data <- function(name) read.csv(file.path("..", "..", "data", "engine", paste0(name, ".csv")))
tested <- function(one, other, ...) {
  t <- suppressWarnings(lavTestLRT(one, other, ...))
  list(chisq = t[2, "Chisq diff"], df = t[2, "Df diff"], pvalue = t[2, "Pr(>Chisq)"])
}
out <- list(larger = larger, less = less, measured = measured)
for (estimator in c("ML", "MLR")) {
  fits <- lapply(c(larger, less), function(m) sem(m, data("tam_mis"), estimator = estimator, missing = "ml"))
  out[[estimator]] <- list(default = do.call(tested, fits))
  if (estimator == "MLR")
    out[[estimator]]$satorra.bentler.2010 <- do.call(tested, c(fits, method = "satorra.bentler.2010"))
}
fits <- lapply(c(larger, less), function(m) sem(m, data("tam"), ordered = TRUE))
out$ordered <- do.call(tested, fits)
steps <- list(configural = "", thresholds = "thresholds", loadings = c("thresholds", "loadings"))
fits <- lapply(steps, function(equal) sem(measured, data("tam"), ordered = TRUE, group = "group", group.equal = equal))
out$ordered_groups <- list(thresholds = tested(fits[[1]], fits[[2]]), loadings = tested(fits[[2]], fits[[3]]),
  both = tested(fits[[1]], fits[[3]]))
labelled <- paste0(measured, "PU ~ a*PEOU\nPI ~ b*PU + c*PEOU\nab := a*b")
out$labelled <- labelled
out$wald <- lapply(c(equal = "a == b", two = "a == b\nc == 0", curved = "a*b == 0.2"), function(text) lapply(
  c(ML = "ML", MLM = "MLM", MLR = "MLR"), function(estimator) {
    t <- lavTestWald(sem(labelled, data("tam"), estimator = estimator), text)
    list(constraints = text, chisq = t$stat, df = t$df, pvalue = t$p.value)
  }))
write_json(out, "lavaan_differences.json", digits = NA, auto_unbox = TRUE)
str(out)
