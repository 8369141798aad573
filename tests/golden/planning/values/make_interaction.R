# Power of a latent interaction by lavaan and semTools: products of all pairs, double-mean-centred, MLR.
# Run in this folder:  Rscript make_interaction.R    (R 4.2.2, lavaan 0.6-14, semTools, jsonlite; a few minutes)
library(lavaan)
suppressMessages(library(semTools))
library(jsonlite)

moderated <- function(n, seed, effect) {
  set.seed(seed)
  X <- rnorm(n); Z <- .3 * X + sqrt(1 - .09) * rnorm(n)
  explained <- .4^2 + .3^2 + 2 * .4 * .3 * .3 + effect^2 * (1 + .3^2)
  Y <- .4 * X + .3 * Z + effect * (X * Z - .3) + sqrt(1 - explained) * rnorm(n)
  items <- function(f, name) setNames(data.frame(sapply(1:3, function(i) .8 * f + .6 * rnorm(n))), paste0(name, 1:3))
  data <- cbind(items(X, "x"), items(Z, "z"), items(Y, "y"))
  data <- indProd(data, c("x1", "x2", "x3"), c("z1", "z2", "z3"), match = FALSE, doubleMC = TRUE)
  products <- as.vector(outer(1:3, 1:3, function(i, j) paste0("x", i, ".z", j)))
  pairs <- combn(products, 2, simplify = FALSE)
  shared <- Filter(function(p) { s <- strsplit(p, "\\."); s[[1]][1] == s[[2]][1] || s[[1]][2] == s[[2]][2] }, pairs)
  text <- paste(c("X =~ x1 + x2 + x3", "Z =~ z1 + z2 + z3", "Y =~ y1 + y2 + y3",
    paste("XZ =~", paste(products, collapse = " + ")),
    sapply(shared, paste, collapse = " ~~ "), "Y ~ X + Z + XZ"), collapse = "\n")
  fit <- tryCatch(suppressWarnings(sem(text, data, se = "robust.huber.white",
    meanstructure = TRUE, test = "none", baseline = FALSE, h1 = FALSE)), error = function(e) NULL)
  if (is.null(fit) || !lavInspect(fit, "converged")) return(NULL)
  t <- parameterEstimates(fit)
  t <- t[t$lhs == "Y" & t$op == "~", ]
  c(t$est[t$rhs == "XZ"], t$se[t$rhs == "XZ"])
}
count <- 150
products <- sapply(Filter(Negate(is.null), lapply(seq_len(count), function(k) moderated(250, k, .2))), identity)
interaction <- list(n = 250, used = ncol(products), replications = count, effect = .2,
  power = mean(abs(products[1, ] / products[2, ]) > qnorm(.975)),
  mean = mean(products[1, ]), sd = sd(products[1, ]), mean_se = mean(products[2, ]))


write(toJSON(list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
  semTools = as.character(packageVersion("semTools"))), interaction = interaction), digits = 15, auto_unbox = TRUE,
  pretty = 1), "interaction.json")
