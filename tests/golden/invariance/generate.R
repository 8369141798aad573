# What lavaan (and semTools for ordered answers) says of groups.csv: steps of invariance, score tests of single
# equalities, partial invariance, paths and their differences, latent means, dummies on mean scores.
# Run: Rscript tests/golden/invariance/generate.R   (writes peer_values.json beside itself)
suppressMessages({library(lavaan); library(semTools); library(jsonlite)})
args <- commandArgs(FALSE); here <- dirname(sub("--file=", "", args[grep("--file=", args)]))
if (length(here) == 0) here <- "."
d <- read.csv(file.path(here, "groups.csv"))
groups <- unique(d$tier); n <- as.list(table(d$tier)[groups])
meas <- "U =~ u1 + u2 + u3 + u4\nA =~ a1 + a2 + a3\nI =~ i1 + i2 + i3 + i4"
tight <- list(rel.tol = 1e-13)
fit_of <- function(model, equal = "", partial = "", estimator = "ML", ...) {
  arg <- list(model, data = d, group = "tier", estimator = estimator, meanstructure = TRUE, control = tight, ...)
  if (any(equal != "")) arg$group.equal <- equal
  if (any(partial != "")) arg$group.partial <- partial
  fit <- suppressWarnings(do.call("sem", arg))
  if (!lavInspect(fit, "converged")) { arg$control <- NULL; fit <- do.call("sem", arg) }
  fit
}
wanted <- c("npar", "chisq", "df", "chisq.scaled", "chisq.scaling.factor", "cfi", "tli", "rmsea", "srmr", "cfi.robust",
            "rmsea.robust", "cfi.scaled", "rmsea.scaled", "logl", "aic", "bic")
measures <- function(fit) { m <- fitMeasures(fit); as.list(m[intersect(wanted, names(m))]) }
lrt <- function(a, b) { t <- lavTestLRT(a, b)[2, ]; list(chisq = t[["Chisq diff"]], df = t[["Df diff"]], p = t[["Pr(>Chisq)"]]) }
release <- function(fit, op) {
  pt <- parTable(fit); eq <- pt[pt$op == "==", ]
  first <- pt[pt$op == op & pt$group == 1 & pt$plabel %in% eq$lhs, ]
  lapply(split(first, seq_len(nrow(first))), function(r) {
    t <- lavTestScore(fit, release = which(eq$lhs == r$plabel))$test
    list(name = paste0(r$lhs, r$op, r$rhs), chisq = t$X2, df = t$df, p = t$p.value)
  })
}
steps <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
              strict = c("loadings", "intercepts", "residuals"))
loose <- c("U=~u3", "u3~1", "i4~1")
equal_paths <- paste0(meas, "\nA ~ U\nI ~ A + U")
labelled <- paste0(meas, "\nA ~ c(p1,p2,p3)*U\nI ~ c(q1,q2,q3)*A + c(r1,r2,r3)*U\n",
  paste(unlist(lapply(c("p", "q", "r"), function(x) c(sprintf("%s12 := %s1 - %s2", x, x, x), sprintf("%s13 := %s1 - %s3", x, x, x),
                                                 sprintf("%s23 := %s2 - %s3", x, x, x)))), collapse = "\n"))
rows <- function(fit, ops) { p <- parameterEstimates(fit); p <- p[p$op %in% ops, ]; p[, intersect(c("lhs", "op", "rhs", "group", "label", "est", "se", "z", "pvalue", "ci.lower", "ci.upper"), names(p))] }
latent <- c("U", "A", "I")
mean_text <- paste0(meas, "\n", paste(unlist(lapply(latent, function(f) c(
  sprintf("%s ~ c(0, NA, NA)*1 + c(m%s1, m%s2, m%s3)*1", f, f, f, f), sprintf("%s ~~ c(v%s1, v%s2, v%s3)*%s", f, f, f, f, f),
  sprintf("%s_21 := m%s2", f, f), sprintf("%s_31 := m%s3", f, f), sprintf("%s_32 := m%s3 - m%s2", f, f, f),
  sprintf("%s_d21 := m%s2/sqrt((%d*v%s2 + %d*v%s1)/%d)", f, f, n[[2]], f, n[[1]], f, n[[2]] + n[[1]]),
  sprintf("%s_d31 := m%s3/sqrt((%d*v%s3 + %d*v%s1)/%d)", f, f, n[[3]], f, n[[1]], f, n[[3]] + n[[1]]),
  sprintf("%s_d32 := (m%s3 - m%s2)/sqrt((%d*v%s3 + %d*v%s2)/%d)", f, f, f, n[[3]], f, n[[2]], f, n[[3]] + n[[2]])))), collapse = "\n"))
one <- function(estimator) {
  fits <- lapply(steps, function(e) fit_of(meas, e, "", estimator))
  free_metric <- fit_of(meas, "loadings", "U=~u3", estimator)
  free_scalar <- fit_of(meas, c("loadings", "intercepts"), loose, estimator)
  paths <- fit_of(labelled, "loadings", "U=~u3", estimator)
  same <- fit_of(equal_paths, c("loadings", "regressions"), "U=~u3", estimator)
  plain <- fit_of(equal_paths, "loadings", "U=~u3", estimator)
  means <- fit_of(mean_text, c("loadings", "intercepts"), loose, estimator)
  wald <- lapply(c(p = "p", q = "q", r = "r"), function(x) lavTestWald(paths, sprintf("%s1 == %s2\n%s1 == %s3", x, x, x, x))[c("stat", "df", "p.value")])
  mean_wald <- lapply(setNames(latent, latent), function(f) lavTestWald(means, sprintf("m%s2 == 0\nm%s3 == 0", f, f))[c("stat", "df", "p.value")])
  list(steps = lapply(fits, measures), lrt = list(metric = lrt(fits[[1]], fits[[2]]), scalar = lrt(fits[[2]], fits[[3]]), strict = lrt(fits[[3]], fits[[4]])),
       partial_metric = measures(free_metric), partial_scalar = measures(free_scalar),
       partial_metric_lrt = lrt(fits[[1]], free_metric), partial_scalar_lrt = lrt(free_metric, free_scalar),
       release = if (estimator == "ML") list(metric = release(fits$metric, "=~"), scalar = release(fit_of(meas, c("loadings", "intercepts"), c("U=~u3", "u3~1")), "~1")),
       paths = rows(paths, c("~", ":=")), wald = wald, all_equal = lrt(plain, same),
       means = rows(means, c("~1", ":=")), mean_wald = mean_wald)
}
result <- list(ML = one("ML"), MLR = one("MLR"))
# ordered answers: the same items cut at four points, Wu & Estabrook's identification
cuts <- c(3.2, 3.9, 4.5, 5.2); o <- d; items <- setdiff(names(d), "tier")
for (v in items) o[[v]] <- as.integer(cut(o[[v]], c(-Inf, cuts, Inf)))
equal <- list(configural = "", thresholds = "thresholds", metric = c("thresholds", "loadings"), scalar = c("thresholds", "loadings", "intercepts"))
syntax <- function(e) measEq.syntax(configural.model = meas, data = o, ordered = items, parameterization = "delta", ID.fac = "std.lv",
                                    ID.cat = "Wu.Estabrook.2016", group = "tier", group.equal = e)
ordinal <- lapply(equal, function(e) sem(as.character(syntax(e)), o, ordered = items, group = "tier", parameterization = "delta", estimator = "WLSMV"))
result$WLSMV <- list(cuts = cuts, steps = lapply(ordinal, measures),
                     lrt = list(thresholds = lrt(ordinal[[1]], ordinal[[2]]), metric = lrt(ordinal[[2]], ordinal[[3]]), scalar = lrt(ordinal[[3]], ordinal[[4]])))
# mean scores, dummies times predictors, HC3 errors
s <- data.frame(U = rowMeans(d[paste0("u", 1:4)]), A = rowMeans(d[paste0("a", 1:3)]), I = rowMeans(d[paste0("i", 1:4)]), g = factor(d$tier, groups))
hc3 <- function(m) { X <- model.matrix(m); e <- resid(m); h <- hatvalues(m); B <- solve(crossprod(X)); B %*% crossprod(X * (e / (1 - h))) %*% B }
dummies <- function(m, terms) { V <- hc3(m); b <- coef(m); k <- terms
  list(est = as.list(b[k]), se = as.list(sqrt(diag(V))[k]), chisq = drop(b[k] %*% solve(V[k, k]) %*% b[k])) }
m1 <- lm(A ~ U * g, s); m2 <- lm(I ~ A * g + U * g, s)
result$scores <- list(UA = dummies(m1, grep("^U:g", names(coef(m1)))), AI = dummies(m2, grep("^A:g", names(coef(m2)))), UI = dummies(m2, grep(":U$|^U:g|gmiddle:U|gtail:U", names(coef(m2)))))
result$versions <- list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")), semTools = as.character(packageVersion("semTools")))
write(toJSON(result, auto_unbox = TRUE, digits = 14, pretty = TRUE, na = "null"), file.path(here, "peer_values.json"))
