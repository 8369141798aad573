# Power by lavaan's own simulation, and by the noncentral chi-square distribution (Satorra and Saris 1985).
# Run in this folder:  Rscript make.R    (R 4.2.2, lavaan 0.6-14, jsonlite; a few minutes)
library(lavaan)
library(jsonlite)

loadings <- c(.8, .7, .75, .65)
scale_of <- function(name) {
  items <- paste0(tolower(name), 1:4)
  c(paste0(name, " =~ ", paste(loadings, items, sep = "*", collapse = " + ")),
    paste0(items, " ~~ ", 1 - loadings^2, "*", items))
}
a <- .4; b <- .25; c <- .3; d <- .2
r_att <- 1 - b^2
r_pi <- 1 - (c^2 + d^2 + 2 * c * d * b)
population <- paste(c(scale_of("PEOU"), scale_of("PU"), scale_of("ATT"), scale_of("PI"),
  "PU ~ 0.4*PEOU", "ATT ~ 0.25*PU + 0*PEOU", "PI ~ 0.3*ATT + 0.2*PU",
  "PEOU ~~ 1*PEOU", paste0("PU ~~ ", 1 - a^2, "*PU"), paste0("ATT ~~ ", r_att, "*ATT"),
  paste0("PI ~~ ", r_pi, "*PI")), collapse = "\n")
measured <- paste(sapply(c("PEOU", "PU", "ATT", "PI"),
  function(f) paste0(f, " =~ ", paste0(tolower(f), 1:4, collapse = " + "))), collapse = "\n")
model <- paste(measured, "PU ~ a*PEOU\nATT ~ b*PU + PEOU\nPI ~ ATT + PU\nab := a*b", sep = "\n")
paths <- c("PU~PEOU", "ATT~PU", "ATT~PEOU", "PI~ATT", "PI~PU", "ab:=a*b")
name_of <- function(t) paste0(t$lhs, t$op, t$rhs)

Sigma <- fitted(sem(population, do.fit = FALSE))$cov

analytic <- function(path, n) {
  restricted <- switch(path,
    "PU~PEOU" = sub("PU ~ a\\*PEOU", "PU ~ a*PEOU + 0*PEOU", model),
    "ATT~PU" = sub("ATT ~ b\\*PU", "ATT ~ b*PU + 0*PU", model),
    "PI~ATT" = sub("PI ~ ATT", "PI ~ 0*ATT", model),
    "PI~PU" = sub("\\+ PU\nab", "+ 0*PU\nab", model))
  restricted <- sub("\nab := a\\*b", "", restricted)
  fit <- sem(restricted, sample.cov = Sigma, sample.nobs = 1e6, sample.cov.rescale = FALSE)
  ncp <- fitMeasures(fit, "chisq") / 1e6 * n
  unname(1 - pchisq(qchisq(.95, 1), 1, ncp))
}
free <- sem(model, sample.cov = Sigma, sample.nobs = 1e6, sample.cov.rescale = FALSE)
table <- parameterEstimates(free)
wald <- sapply(paths, function(p) { t <- table[name_of(table) == p, ]; (t$est / (t$se * 1e3)) })

sizes <- c(150, 300)
one <- function(n, seed) {
  set.seed(seed)
  data <- matrix(rnorm(n * ncol(Sigma)), n) %*% chol(Sigma)
  colnames(data) <- colnames(Sigma)
  fit <- tryCatch(suppressWarnings(sem(model, sample.cov = cov(data), sample.nobs = n, test = "none",
    baseline = FALSE, h1 = FALSE)), error = function(e) NULL)
  if (is.null(fit) || !lavInspect(fit, "converged")) return(NULL)
  t <- parameterEstimates(fit)
  t[match(paths, name_of(t)), c("est", "se")]
}
replications <- 600
lavaan_simulation <- lapply(sizes, function(n) {
  runs <- Filter(Negate(is.null), lapply(seq_len(replications), function(k) one(n, 100000 * n + k)))
  est <- sapply(runs, function(t) t$est); se <- sapply(runs, function(t) t$se)
  list(n = n, used = length(runs), replications = replications,
    power = as.list(setNames(rowMeans(abs(est / se) > qnorm(.975)), paths)),
    mean = as.list(setNames(rowMeans(est), paths)), sd = as.list(setNames(apply(est, 1, sd), paths)),
    mean_se = as.list(setNames(rowMeans(se), paths)))
})

write(toJSON(list(
  versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))),
  sigma = list(names = rownames(Sigma), values = unclass(unname(Sigma))),
  satorra_saris = lapply(c(100, 200, 400), function(n) list(n = n,
    power = as.list(sapply(c("PU~PEOU", "ATT~PU", "PI~ATT", "PI~PU"), analytic, n = n)))),
  wald_per_root_n = as.list(setNames(wald, paths)),
  simulation = lavaan_simulation), digits = 15, auto_unbox = TRUE, pretty = 1), "power.json")
