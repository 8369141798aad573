# Values of lavaan and lm behind test_reproduce_dialects.py.
# Rscript dialects.R > dialects.json ; the matrices are printed in the sources that the test names.
suppressMessages({library(lavaan); library(jsonlite); library(MASS)})
lower <- function(names, text) {
  m <- getCov(text, names = names)
  m
}
wheaton <- lower(c("anomia67","powerless67","anomia71","powerless71","education","sei"),
 "11.834 6.947 9.364 6.819 5.091 12.532 4.783 5.028 7.495 9.986 -3.839 -3.889 -3.841 -3.625 9.610 -21.899 -18.831 -21.748 -18.775 35.522 450.288")
wmodel <- "ses =~ education + sei
alien67 =~ anomia67 + powerless67
alien71 =~ anomia71 + powerless71
alien71 ~ alien67 + ses
alien67 ~ ses
anomia67 ~~ anomia71
powerless67 ~~ powerless71"
table_of <- function(fit) {
  e <- parameterEstimates(fit, standardized = TRUE)
  e <- e[, c("lhs","op","rhs","est","se","z","pvalue","std.all")]
  list(estimates = e, r2 = as.list(lavInspect(fit, "r2")), fit = as.list(fitMeasures(fit)[c("chisq","df","pvalue","cfi","tli","nfi","ifi","rfi","pnfi","rmsea","rmsea.ci.lower","rmsea.ci.upper","srmr","gfi","agfi","pgfi")]))
}
out <- list(versions = list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string))
run <- function(...) { fit <- suppressWarnings(sem(..., control = list(rel.tol = 1e-12))); if (lavInspect(fit, "converged")) fit else sem(...) }
out$wheaton_normal <- table_of(run(wmodel, sample.cov = wheaton, sample.nobs = 932))
out$wheaton_wishart <- table_of(run(wmodel, sample.cov = wheaton, sample.nobs = 932, likelihood = "wishart"))
out$wheaton_gls <- table_of(run(wmodel, sample.cov = wheaton, sample.nobs = 932, estimator = "GLS"))
out$wheaton_as_printed <- table_of(run(wmodel, sample.cov = wheaton, sample.nobs = 932, sample.cov.rescale = FALSE))
# r12: virtual streamer, correlations of six constructs, n = 378
streamer <- lower(c("LIK","ANI","RES","SOP","TEL","PIN"),
 "1 0.526 1 0.517 0.595 1 0.500 0.587 0.660 1 0.487 0.578 0.615 0.532 1 0.544 0.573 0.656 0.645 0.638 1")
smodel <- "SOP ~ LIK + ANI + RES
TEL ~ LIK + ANI + RES
PIN ~ LIK + ANI + RES + SOP + TEL"
out$streamer_ml <- table_of(run(paste(smodel, "\nSOP ~~ 0*TEL"), sample.cov = streamer, sample.nobs = 378))
out$streamer_free <- table_of(run(paste(smodel, "\nSOP ~~ TEL"), sample.cov = streamer, sample.nobs = 378))
set.seed(1)
rows <- as.data.frame(mvrnorm(378, rep(0, 6), streamer, empirical = TRUE))
reg <- summary(lm(PIN ~ LIK + ANI + RES + SOP + TEL, rows))
out$streamer_lm <- list(coefficients = as.data.frame(reg$coefficients)[-1, ], names = rownames(reg$coefficients)[-1], r2 = reg$r.squared)
sds <- c(1.020, 0.930, 0.900, 0.906, 0.899, 0.835)
raw <- as.data.frame(sweep(as.matrix(rows), 2, sds, "*")); names(raw) <- names(rows)
reg <- summary(lm(PIN ~ LIK + ANI + RES + SOP + TEL, raw))
out$streamer_lm_raw <- list(coefficients = as.data.frame(reg$coefficients)[-1, ], names = rownames(reg$coefficients)[-1])
# single indicators with reliabilities
rel <- c(LIK = .90, ANI = .91, RES = .89, SOP = .88, TEL = .92, PIN = .87)
lines <- sapply(names(rel), function(v) sprintf("l%s =~ 1*%s\n%s ~~ %f*%s", v, v, v, (1 - rel[v]) * 377/378, v))
latent <- gsub("\\b(LIK|ANI|RES|SOP|TEL|PIN)\\b", "l\\1", smodel, perl = TRUE)
out$streamer_single <- table_of(run(paste(c(lines, latent, "lSOP ~~ 0*lTEL"), collapse = "\n"), sample.cov = streamer, sample.nobs = 378))
cat(toJSON(out, digits = 12, auto_unbox = TRUE, na = "null"))
