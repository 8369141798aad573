# Importance of drivers from lavaan: total effects with latent variables in the units of their item means
# (effect coding of the loadings), item weights of the regression factor scores, Wilson intervals.
# Run: Rscript generate.R ../../data/tam_sim/tam_sim_complete.csv > expected.json      Needs lavaan and jsonlite.
suppressMessages({library(lavaan); library(jsonlite)})
data <- read.csv(commandArgs(trailingOnly = TRUE)[1])
names(data) <- tolower(names(data))
data$pu4 <- 8 - data$pu4  # reverse-keyed, as tru3
data$tru3 <- 8 - data$tru3

measurement <- "PEOU =~ peou1 + peou2 + peou3
PU =~ pu1 + pu2 + pu3 + pu4
ATT =~ att1 + att2 + att3
PI =~ pi1 + pi2 + pi3"
paths <- "PU ~ a*PEOU
ATT ~ b*PEOU + c*PU
PI ~ d*ATT + e*PU
PEOU_PI := a*e + b*d + a*c*d
PU_PI := e + c*d
ATT_PI := d"
fit <- sem(paste(measurement, paths, sep = "\n"), data, effect.coding = "loadings",
           control = list(rel.tol = 1e-10))
rows <- parameterEstimates(fit)
rows <- rows[rows$op == ":=", ]

plain <- sem(paste(measurement, paths, sep = "\n"), data, control = list(rel.tol = 1e-10))
at <- lavInspect(plain, "est")
sigma <- lavInspect(plain, "implied")$cov
shares <- lapply(c(PEOU = "PEOU", PU = "PU", ATT = "ATT"), function(name) {
  items <- rownames(at$lambda)[at$lambda[, name] != 0]
  weights <- solve(sigma[items, items], at$lambda[items, name])
  as.list(setNames(weights / sum(weights), items))
})

credible <- sem(paste(
  "PI =~ pi1 + pi2 + pi3", "EXP =~ exp1 + exp2 + exp3", "TRU =~ tru1 + tru2 + tru3", "ATR =~ atr1 + atr2 + atr3",
  "CRED =~ EXP + TRU + ATR", "PI ~ CRED", sep = "\n"), data, control = list(rel.tol = 1e-10))
two <- lavInspect(credible, "est")
first <- c("EXP", "TRU", "ATR")
slope <- mean(sapply(first, function(part) mean(two$lambda[two$lambda[, part] != 0, part]) * two$beta[part, "CRED"]))
own <- mean(two$lambda[two$lambda[, "PI"] != 0, "PI"])

wilson <- function(x, n) { ci <- prop.test(x, n, correct = FALSE)$conf.int; list(count = x, n = n, low = ci[1], high = ci[2]) }
cat(toJSON(list(
  lavaan = as.character(packageVersion("lavaan")),
  importance = as.list(setNames(rows$est, rows$lhs)),
  se = as.list(setNames(rows$se, rows$lhs)),
  shares = shares,
  second_order = two$beta["PI", "CRED"] * own / slope,
  wilson = list(wilson(15, 50), wilson(1, 12), wilson(340, 400), wilson(96, 367))
), auto_unbox = TRUE, digits = 12, pretty = TRUE), "\n")
