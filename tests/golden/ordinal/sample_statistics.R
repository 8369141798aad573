# Writes sample_statistics.json: lavaan's thresholds, polychoric and polyserial correlations and their NACOV.
# tam5.csv is our own simulation; the continuous columns and the yes/no columns of mixed.csv are made here.
suppressMessages(library(lavaan)); library(jsonlite)
here <- "tests/golden/ordinal"; data_dir <- "tests/data/ordinal"
d <- read.csv(file.path(data_dir, "tam5.csv")); items <- setdiff(names(d), "group")
set.seed(1)
d$c1 <- round(rowMeans(d[, 1:3]) + rnorm(nrow(d)), 6)
d$c2 <- round(d[, 4] + d[, 1] + rexp(nrow(d)) * 2, 6)
d$c3 <- round(d$c1 + rnorm(nrow(d)), 6)
d$b1 <- as.integer(d$peou1 > 2); d$b2 <- as.integer(d$peou2 > 1)
d$b3 <- as.integer(d$pu1 > 4); d$b4 <- as.integer(d$pu2 < 2)
d$age <- round(rnorm(nrow(d), 30, 6) + d$pu1); d$male <- rbinom(nrow(d), 1, 0.5)
write.csv(d, file.path(data_dir, "mixed.csv"), row.names = FALSE, quote = FALSE)
d <- read.csv(file.path(data_dir, "mixed.csv"))
cases <- list()
statistics <- function(name, d, rows, vars, ordered, whole = TRUE) {
  fit <- cfa(paste0("f =~ ", paste(vars, collapse = "+")), d[rows, ], ordered = ordered, do.fit = FALSE)
  gamma <- unname(lavTech(fit, "gamma")[[1]])
  cases[[name]] <<- list(rows = length(rows), variables = vars, ordered = ordered,
    statistics = as.numeric(lavTech(fit, "wls.obs")[[1]]), diagonal = diag(gamma),
    gamma = if (whole) gamma else NULL, row_sums = rowSums(gamma))
}
statistics("five_categories", d, 1:300, items, items, FALSE)
statistics("mixed", d, 1:300, c("peou1", "c1", "peou2", "pu1", "c2", "c3"), c("peou1", "peou2", "pu1"))
statistics("empty_cells", d, 1:60, c("b1", "b2", "b3", "b4", "peou3", "c1"), c("b1", "b2", "b3", "b4", "peou3"))
statistics("sparse", d, 1:60, items[c(1, 2, 5, 6, 9, 13)], items[c(1, 2, 5, 6, 9, 13)])
given <- function(name, d, vars, ordered, x) {
  text <- paste0("f =~ ", paste(vars, collapse = "+"), "\nf ~ ", paste(x, collapse = "+"))
  fit <- sem(text, d, ordered = ordered, do.fit = FALSE)
  gamma <- unname(lavTech(fit, "gamma")[[1]])
  cases[[name]] <<- list(rows = nrow(d), variables = vars, ordered = ordered, given = x,
    statistics = as.numeric(lavTech(fit, "wls.obs")[[1]]), diagonal = diag(gamma), gamma = gamma,
    row_sums = rowSums(gamma))
}
given("given_predictors", d, c("pu1", "c2", "pu2", "b1", "c1"), c("pu1", "pu2", "b1"), c("male", "age"))
write_json(list(lavaan = as.character(packageVersion("lavaan")), cases = cases),
           file.path(here, "sample_statistics.json"), digits = NA, auto_unbox = TRUE, null = "null")
