# Reference numbers for the bootstrap of several groups, of missing answers and of the model test. Run in this
# folder, where ../../../data/engine holds tam.csv and tam_mis.csv (simulated surveys):
#   Rscript make_groups.R .
# Writes lavaan_groups.json (estimates of named resamples within groups and of incomplete rows, tightly
# converged), and lavaan_model_test.json (Bollen-Stine p values, standard errors of the parametric bootstrap).
suppressMessages({library(lavaan); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
data <- read.csv(file.path(folder, "tam.csv"))
gaps <- read.csv(file.path(folder, "../../../data/engine/tam_mis.csv"))
model <- paste(readLines(file.path(folder, "tam.lav")), collapse = "\n")
versions <- list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")))
tight <- list(rel.tol = 1e-14, iter.max = 20000, eval.max = 40000)
told <- function(fits, rows) {
  table <- parTable(fits[[1]])
  free <- table$free > 0 & !duplicated(ifelse(table$free > 0, table$free, -seq_along(table$free)))
  list(rows = rows, lhs = table$lhs[free], op = table$op[free], rhs = table$rhs[free], group = table$group[free],
       estimates = lapply(fits, function(fit) parTable(fit)$est[free]))
}

set.seed(20240302)
places <- lapply(unique(data$group), function(g) which(data$group == g))
within <- lapply(1:5, function(i) unlist(lapply(places, function(at) sample(at, replace = TRUE))))
equal <- c("loadings", "intercepts")
scalar <- lapply(within, function(rows) sem(model, data[rows, ], group = "group", group.equal = equal,
                                            se = "none", test = "none", control = tight))
anyone <- lapply(1:4, function(i) sample(nrow(gaps), replace = TRUE))
fiml <- lapply(anyone, function(rows) sem(model, gaps[rows, ], missing = "fiml", se = "none", test = "none",
                                          control = tight))
write_json(list(versions = versions, scalar = told(scalar, within), fiml = told(fiml, anyone)),
           "lavaan_groups.json", digits = NA, auto_unbox = TRUE)

chisq <- function(fit) fitMeasures(fit, "chisq")
set.seed(11)
whole <- sem(model, data)
one <- bootstrapLavaan(whole, R = 1000, type = "bollen.stine", FUN = chisq)
tested <- sem(model, data, group = "group", group.equal = equal)
two <- bootstrapLavaan(tested, R = 500, type = "bollen.stine", FUN = chisq)
drawn <- bootstrapLavaan(whole, R = 500, type = "parametric", FUN = coef)
table <- parTable(whole)
free <- table$free > 0
sample_of <- function(x, fit) list(draws = as.numeric(x), chisq = unname(chisq(fit)), p = mean(x > chisq(fit)))
write_json(list(versions = versions, whole = sample_of(one, whole), scalar = sample_of(two, tested),
                parametric = list(draws = nrow(drawn), lhs = table$lhs[free], op = table$op[free],
                                  rhs = table$rhs[free], se = unname(apply(drawn, 2, sd)))),
           "lavaan_model_test.json", digits = 7, auto_unbox = TRUE)
