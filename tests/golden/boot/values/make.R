# Reference numbers for resampling: R, lavaan and boot. tam.csv is a simulated survey. Run in this folder:
#   Rscript make.R .
# Writes lavaan_resamples.json (estimates of named resamples, tightly converged), lavaan_bootstrap.json (standard
# errors of 1000 resamples) and boot_intervals.json (boot.ci on fixed draws).
suppressMessages({library(lavaan); library(boot); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
data <- read.csv(file.path(folder, "tam.csv"))
model <- paste(readLines(file.path(folder, "tam.lav")), collapse = "\n")
versions <- list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
                 boot = as.character(packageVersion("boot")))
tight <- list(rel.tol = 1e-14, iter.max = 20000, eval.max = 40000)

# 1. named resamples
set.seed(20240301)
resamples <- lapply(1:12, function(i) sample(nrow(data), replace = TRUE))
fits <- lapply(resamples, function(rows) sem(model, data[rows, ], se = "none", test = "none", control = tight))
table <- parTable(fits[[1]])
free <- table$free > 0
write_json(list(versions = versions, model = model, rows = resamples,
  lhs = table$lhs[free], op = table$op[free], rhs = table$rhs[free],
  estimates = lapply(fits, function(fit) coef(fit))),
  "lavaan_resamples.json", digits = NA, auto_unbox = TRUE)

# 2. bootstrap standard errors and percentile intervals
set.seed(77)
fit <- sem(model, data, se = "bootstrap", bootstrap = 1000)
estimates <- parameterEstimates(fit, boot.ci.type = "perc")
estimates <- estimates[!is.na(estimates$z), ]
write_json(list(versions = versions, draws = 1000, estimates = estimates[c("lhs", "op", "rhs", "est", "se", "ci.lower", "ci.upper")]),
  "lavaan_bootstrap.json", digits = NA, auto_unbox = TRUE)

# 3. intervals from fixed draws: a skewed statistic (the variance) of the 40 numbers below
x <- round(qgamma(ppoints(40), 2), 6)
set.seed(5)
b <- boot(x, function(d, i) var(d[i]), R = 999)
ci <- lapply(c(0.90, 0.95, 0.99), function(level) {
  out <- boot.ci(b, conf = level, type = c("perc", "bca"), L = empinf(data = x, statistic = function(d, i) var(d[i]), type = "jack", stype = "i"))
  list(level = level, percent = out$percent[4:5], bca = out$bca[4:5])})
left_out <- sapply(seq_along(x), function(i) var(x[-i]))
write_json(list(versions = versions, x = x, estimate = b$t0, draws = as.numeric(b$t), left_out = left_out, intervals = ci),
  "boot_intervals.json", digits = NA, auto_unbox = TRUE)
