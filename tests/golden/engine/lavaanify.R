# Parameter tables of lavaan for models.json, with the automatic rules of sem(). Run in this folder:
#   Rscript lavaanify.R
suppressMessages({library(lavaan); library(jsonlite)})
models <- fromJSON("models.json", simplifyVector = FALSE)
out <- list(versions = list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string), tables = list())
for (name in names(models)) {
  m <- models[[name]]
  std.lv <- isTRUE(m$std_lv); means <- isTRUE(m$meanstructure); fixed.x <- !isFALSE(m$fixed_x)
  t <- try(suppressWarnings(lavaanify(m$model, model.type = "sem", int.ov.free = TRUE, int.lv.free = FALSE,
      auto.fix.first = !std.lv, auto.fix.single = TRUE, auto.var = TRUE, auto.cov.lv.x = TRUE, auto.cov.y = TRUE,
      fixed.x = fixed.x, std.lv = std.lv, meanstructure = means)), silent = TRUE)
  out$tables[[name]] <- if (inherits(t, "try-error")) list(error = as.character(t)) else
    as.list(t[, c("lhs", "op", "rhs", "user", "free", "ustart", "exo", "label", "plabel")])
}
write_json(out, "lavaanify.json", digits = NA, auto_unbox = TRUE, na = "null", null = "null")
