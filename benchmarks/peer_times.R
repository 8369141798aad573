# Times lavaan on the cases of a JSON file: Rscript peer_times.R CASES.json RESULT.json
# Each case: name, model, data (CSV), what ("fit", "bootstrap"), repeats, options of sem().
suppressMessages({library(lavaan); library(jsonlite)})
paths <- commandArgs(trailingOnly = TRUE)
cases <- fromJSON(paths[1], simplifyVector = FALSE)
seconds <- function(call) { t <- system.time(call()); c(t[["elapsed"]], t[["user.self"]] + t[["sys.self"]]) }
out <- list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
                            blas = basename(extSoftVersion()[["BLAS"]])), cases = list())
for (k in cases) {
  d <- read.csv(k$data)
  options <- lapply(k$options, function(v) if (is.list(v)) unlist(v) else v)
  fit <- function(...) suppressWarnings(do.call("sem", c(list(model = k$model, data = d), options, list(...))))
  call <- if (k$what == "bootstrap") {
    start <- fit(se = "none", test = "none")
    function() suppressWarnings(bootstrapLavaan(start, R = k$draws, FUN = "coef"))
  } else function() { f <- fit(); suppressWarnings({fitMeasures(f); standardizedSolution(f)}) }
  if (!length(out$cases)) call()  # the first also loads what the others need
  times <- sapply(seq_len(k$repeats), function(i) seconds(call))
  out$cases[[k$name]] <- list(clock = as.list(times[1, ]), processor = as.list(times[2, ]))
  cat(k$name, min(times[1, ]), "\n", file = stderr())
}
write_json(out, paths[2], digits = NA, auto_unbox = TRUE)
