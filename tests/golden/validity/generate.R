# Reference values on the simulated survey: Rscript tests/golden/validity/generate.R (from the checkout).
suppressMessages({library(lavaan); library(semTools); library(psych); library(GPArotation); library(jsonlite)})
d <- read.csv("tests/data/tam_sim/tam_sim_complete.csv")
d$PU4 <- 8 - d$PU4; d$TRU3 <- 8 - d$TRU3
names_of <- list(PU = paste0("PU", 1:4), PEOU = paste0("PEOU", 1:3), ATT = paste0("ATT", 1:3),
                 PI = paste0("PI", 1:3), EXP = paste0("EXP", 1:3), TRU = paste0("TRU", 1:3), ATR = paste0("ATR", 1:3))
items <- unlist(names_of, use.names = FALSE); d <- d[items]
out <- list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
  semTools = as.character(packageVersion("semTools")), psych = as.character(packageVersion("psych")),
  GPArotation = as.character(packageVersion("GPArotation"))))
rows <- function(m) { m <- unclass(m); lapply(seq_len(nrow(m)), function(i) unname(m[i, ])) }

# --- exploratory factors, iterated to the end: optim for the uniquenesses, rotations with small eps
R <- cor(d); p <- ncol(R); m <- 7
axes <- function(S) { e <- eigen(S, symmetric = TRUE); e$vectors[, 1:m] %*% diag(sqrt(pmax(e$values[1:m], 0))) }
uls <- function(psi) { e <- eigen(R - diag(psi), symmetric = TRUE)$values; sum(e[-(1:m)]^2) / 2 }
uls_g <- function(psi) { L <- axes(R - diag(psi)); diag(L %*% t(L) + diag(psi) - R) }
ml_axes <- function(psi) { s <- 1 / sqrt(psi); e <- eigen(R * outer(s, s), symmetric = TRUE)
  diag(sqrt(psi)) %*% e$vectors[, 1:m] %*% diag(sqrt(pmax(e$values[1:m] - 1, 0))) }
ml <- function(psi) { s <- 1 / sqrt(psi); e <- eigen(R * outer(s, s), symmetric = TRUE)$values[-(1:m)]; sum(e - log(e) - 1) }
ml_g <- function(psi) { L <- ml_axes(psi); diag(L %*% t(L) + diag(psi) - R) / psi^2 }
best <- function(f, g) { x <- 1 / diag(solve(R)) / 2
  for (i in 1:20) x <- optim(x, f, g, method = "L-BFGS-B", lower = .005, upper = 1, control = list(factr = 1, pgtol = 0, maxit = 5000))$par
  x }
psi <- best(uls, uls_g); A <- axes(R - diag(psi)); psi_ml <- best(ml, ml_g); B <- ml_axes(psi_ml)
weight <- sqrt(rowSums(A^2)); V <- varimax(A / weight, normalize = FALSE, eps = 1e-15)
kaiser <- function(x, power = 4) { Q <- x * abs(x)^(power - 1); U <- lm.fit(x, Q)$coefficients
  U <- U %*% diag(sqrt(diag(solve(t(U) %*% U)))); list(loadings = x %*% U, phi = solve(U) %*% t(solve(U))) }
pk <- kaiser(unclass(V$loadings)); ps <- kaiser(A %*% V$rotmat)
ob <- GPFoblq(A, method = "oblimin", eps = 1e-8, maxit = 20000)
out$efa <- list(gradient = max(abs(uls_g(psi))), gradient_ml = max(abs(psi_ml^2 * ml_g(psi_ml))),
  minres = list(communalities = unname(1 - psi)), ml = list(communalities = unname(1 - psi_ml), objective = ml(psi_ml)),
  varimax = rows(unclass(V$loadings) * weight), oblimin = list(loadings = rows(ob$loadings), phi = rows(ob$Phi)),
  promax = list(loadings = rows(pk$loadings * weight), phi = rows(pk$phi)),
  promax_stats = list(loadings = rows(ps$loadings), phi = rows(ps$phi)))
pa <- fa(R, m, n.obs = nrow(d), fm = "pa", rotate = "none", min.err = 1e-14, max.iter = 20000)
out$efa$pa <- list(communalities = unname(pa$communality))
f5 <- suppressWarnings(fa(R, m, n.obs = nrow(d), fm = "minres", rotate = "none"))
out$efa$fit <- list(chisq = f5$STATISTIC, df = f5$dof, p = f5$PVAL, tli = f5$TLI)
v <- vss(R, n = 20, n.obs = nrow(d), fm = "pc", rotate = "none", plot = FALSE); out$map <- v$map

# --- factor models: every pair merged and at one, plain and scaled; second order
syntax <- function(b) paste(sapply(names(b), function(n) paste(n, "=~", paste(b[[n]], collapse = " + "))), collapse = "\n")
sound <- function(f) lavInspect(f, "converged") && !inherits(try(fitMeasures(f), silent = TRUE), "try-error") && is.finite(fitMeasures(f, "cfi"))
run <- function(models, estimator) { fits <- lapply(models, function(m) suppressWarnings(cfa(m, d, std.lv = TRUE, estimator = estimator)))
  fits <- fits[sapply(fits, sound)]; k <- which.min(sapply(fits, fitMeasures, "chisq")); f <- fits[[k]]
  for (tol in c(1e-11, 1e-12, 1e-13)) { g <- suppressWarnings(cfa(models[[min(k, length(models))]], d, std.lv = TRUE, estimator = estimator, start = f, control = list(rel.tol = tol)))
    if (sound(g)) f <- g }
  f }
# One factor for x and y, a line for each scale in the order of the joint model: lavaan's difference test of 2000
# pairs the moments of both models by their place. A factor of two weakly related constructs has two optima, so
# it is sought from the side of either as well (``low``: items that start small).
one_factor <- function(x, y, low = character(0)) paste(sapply(names(names_of), function(n) paste(if (n == y) x else n, "=~",
  paste0(if (length(low) && n %in% c(x, y)) ifelse(names_of[[n]] %in% low, "start(0.05)*", "start(1)*") else "", names_of[[n]], collapse = " + "))), collapse = "\n")
bases <- list(MLR = run(syntax(names_of), "MLR"), MLM = run(syntax(names_of), "MLM"))
lrt <- function(less, more) { t <- lavTestLRT(more, less, method = "satorra.2000", A.method = "delta", scaled.shifted = FALSE); list(chisq = t[2, "Chisq diff"], df = t[2, "Df diff"], p = t[2, "Pr(>Chisq)"]) }
plain <- function(less, more) { x <- fitMeasures(less, c("chisq", "df")) - fitMeasures(more, c("chisq", "df")); list(chisq = unname(x[1]), df = unname(x[2])) }
out$pairs <- list()
for (estimator in c("MLR", "MLM")) for (a in 1:6) for (b in (a + 1):7) {
  if (estimator == "MLM" && b > a + 1) next
  x <- names(names_of)[a]; y <- names(names_of)[b]
  one <- run(list(one_factor(x, y), one_factor(x, y, names_of[[x]]), one_factor(x, y, names_of[[y]])), estimator); base <- bases[[estimator]]
  s <- if (lavInspect(base, "cor.lv")[x, y] < 0) "-1" else "1"
  at <- suppressWarnings(run(paste0(syntax(names_of), "\n", x, " ~~ ", s, "*", y), estimator))
  out$pairs[[length(out$pairs) + 1]] <- list(estimator = estimator, a = x, b = y,
    merged = list(plain = plain(one, base), satorra.2000.scaled = lrt(one, base)),
    fixed = list(plain = plain(at, base), satorra.2000.scaled = lrt(at, base)))
}
peer <- suppressWarnings(discriminantValidity(cfa(syntax(names_of), d, std.lv = TRUE), merge = TRUE))
out$semtools_merged <- lapply(seq_len(nrow(peer)), function(i) as.list(peer[i, ]))
parts <- c("EXP", "TRU", "ATR"); above <- "\nCRED =~ EXP + TRU + ATR"
summary_of <- function(f) as.list(fitMeasures(f, c("chisq", "df", "pvalue", "chisq.scaled", "pvalue.scaled", "cfi", "cfi.robust", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.robust", "srmr", "aic", "bic")))
first <- run(syntax(names_of[parts]), "MLR"); second <- run(paste0(syntax(names_of[parts]), above), "MLR")
single <- run(paste("G =~", paste(unlist(names_of[parts]), collapse = " + ")), "MLR")
joint <- run(paste0(syntax(names_of), above), "MLR")
std <- standardizedSolution(joint); std <- std[std$lhs == "CRED" & std$op == "=~", c("rhs", "est.std", "se", "ci.lower", "ci.upper")]
out$second_order <- list(first = summary_of(first), second = summary_of(second), single = summary_of(single), joint = summary_of(joint),
  single_against_first = lrt(single, first), satorra.2000.scaled = lrt(joint, bases$MLR), plain = plain(joint, bases$MLR), loadings = std)
out$robust <- list(MLR = as.list(fitMeasures(bases$MLR)), MLM = as.list(fitMeasures(bases$MLM)))
mi <- modindices(cfa(syntax(names_of), d, std.lv = TRUE), op = "=~", minimum.value = 10.828)
out$expected <- mi[order(-mi$mi), c("lhs", "rhs", "mi", "epc", "sepc.all")]

# --- HTMT and HTMT2: delta-method standard errors from a saturated model with the ratios defined in it
pairs <- combn(items, 2); label <- function(a, b) { i <- match(c(a, b), items); paste0("c", min(i), "_", max(i)) }
# lavaan differentiates with complex steps, which abs() does not survive: the sign is written out
cr <- function(a, b) sprintf("(%s%s/sqrt(%s*%s))", if (R[a, b] < 0) "-1*" else "", label(a, b), label(a, a), label(b, b))
sat <- c(apply(pairs, 2, function(x) sprintf("%s ~~ %s*%s", x[1], label(x[1], x[2]), x[2])), sapply(items, function(x) sprintf("%s ~~ %s*%s", x, label(x, x), x)))
within <- function(v, mean_of) mean_of(apply(combn(v, 2), 2, function(x) cr(x[1], x[2])))
arithmetic <- function(t) sprintf("((%s)/%d)", paste(t, collapse = "+"), length(t))
geometric <- function(t) sprintf("exp((%s)/%d)", paste(sprintf("log(%s)", t), collapse = "+"), length(t))
define <- function(prefix, mean_of) apply(combn(7, 2), 2, function(k) { a <- names_of[[k[1]]]; b <- names_of[[k[2]]]
  between <- mean_of(as.vector(outer(a, b, Vectorize(cr))))
  sprintf("%s_%s_%s := %s/sqrt(%s*%s)", prefix, names(names_of)[k[1]], names(names_of)[k[2]], between, within(a, mean_of), within(b, mean_of)) })
fit <- lavaan(paste(c(sat, define("h", arithmetic), define("g", geometric)), collapse = "\n"), d, estimator = "ML", se = "robust.sem")
pe <- parameterEstimates(fit); pe <- pe[pe$op == ":=", c("lhs", "est", "se", "ci.lower", "ci.upper")]
out$ratios <- pe
model <- syntax(names_of)
out$htmt <- rows(semTools::htmt(model, d, htmt2 = FALSE)); out$htmt2 <- rows(semTools::htmt(model, d, htmt2 = TRUE))
write_json(out, "tests/golden/validity/peer_values.json", digits = NA, auto_unbox = TRUE, pretty = FALSE, na = "null", dataframe = "rows")
