# Common method variance by lavaan, psych and lm, for the cases of cases.json. Run in this folder: Rscript generate.R
# The reference data are read where TAM_REFERENCE points; only numbers of theirs are stored.
suppressMessages({library(lavaan); library(psych); library(jsonlite)})
cases <- fromJSON("cases.json", simplifyVector = FALSE)
reference <- Sys.getenv("TAM_REFERENCE", "../../../../shared/reference")

# Newton steps from lavaan's own stop until the gradient is below 1e-9. Of a free method factor only the
# square of the loadings is settled, so the sign may differ from ours: paths and shares do not.
polished <- function(run) {
  fit <- run()
  best <- fit; best_size <- Inf
  for (i in 1:12) {
    if (!lavInspect(fit, "converged")) break
    K <- fit@Model@eq.constraints.K
    if (!nrow(K)) K <- diag(fit@Model@nx.free)
    g <- crossprod(K, as.numeric(lavInspect(fit, "gradient")))
    size <- max(abs(g))
    if (size < best_size) { best <- fit; best_size <- size }
    if (size < 1e-13) break
    H <- crossprod(K, lavInspect(fit, "hessian")) %*% K
    step <- try(as.numeric(K %*% solve((H + t(H)) / 2, g)), silent = TRUE)
    if (inherits(step, "try-error")) break
    pt <- as.data.frame(parTable(fit))
    free <- pt$free > 0
    pt$est[free] <- pt$est[free] - step[pt$free[free]]
    fit <- try(run(start = pt, optim.method = "none", optim.force.converged = TRUE), silent = TRUE)
    if (inherits(fit, "try-error")) break
  }
  list(fit = best, gradient = best_size)
}
one_case <- function(k) {
  d <- read.csv(if (isTRUE(k$reference)) file.path(reference, k$data) else file.path("..", "..", "data", k$data))
  for (v in unlist(k$reverse)) d[[v]] <- 8 - d[[v]]
  blocks <- lapply(k$constructs, unlist)
  second <- lapply(k$second_order, unlist)
  items <- unlist(blocks, use.names = FALSE)
  marker <- unlist(k$marker_items)
  fiml <- k$missing == "fiml"
  d <- if (fiml) d[rowSums(!is.na(d[items])) > 0, ] else d[complete.cases(d[items]), ]
  with_marker <- if (fiml) d else d[complete.cases(d[c(items, marker)]), ]
  complete <- d[complete.cases(d[items]), ]
  latent <- c(names(blocks), names(second))
  lines <- c(sapply(names(blocks), function(b) paste(b, "=~", paste(blocks[[b]], collapse = " + "))),
    sapply(names(second), function(b) paste(b, "=~", paste(second[[b]], collapse = " + "))))
  regressions <- sapply(names(k$paths), function(y) paste(y, "~", paste(unlist(k$paths[[y]]), collapse = " + ")))
  fit_text <- function(text, data, std.lv = FALSE) polished(function(...) suppressWarnings(sem(paste(text, collapse = "\n"),
    data, estimator = k$estimator, missing = if (fiml) "fiml" else "listwise", std.lv = std.lv, ...)))
  apart <- function(m, others) paste0(m, " ~~ 0*", others)
  read_paths <- function(f) {
    if (!lavInspect(f$fit, "converged")) return(NULL)
    pe <- parameterEstimates(f$fit); st <- suppressWarnings(standardizedSolution(f$fit))
    r <- which(pe$op == "~")
    data.frame(lhs = pe$lhs[r], rhs = pe$rhs[r], est = pe$est[r], se = pe$se[r], p = pe$pvalue[r],
      std = st$est.std[match(paste(pe$lhs, pe$rhs)[r], paste(st$lhs, st$rhs))],
      std_se = st$se[match(paste(pe$lhs, pe$rhs)[r], paste(st$lhs, st$rhs))])
  }
  wanted <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr",
    if (k$estimator == "MLR") c("chisq.scaled", "df.scaled", "pvalue.scaled", "cfi.robust", "tli.robust", "rmsea.robust"))
  measures <- function(f, text, data, std.lv = FALSE) {
    if (!lavInspect(f$fit, "converged")) return(NULL)
    # Without a search lavaan finds no baseline model for some fits: those measures come from its first stop.
    m <- as.list(unclass(fitMeasures(f$fit)))
    first <- as.list(unclass(fitMeasures(suppressWarnings(sem(paste(text, collapse = "\n"), data, estimator = k$estimator,
      missing = if (fiml) "fiml" else "listwise", std.lv = std.lv)))))
    for (n in wanted) if (is.null(m[[n]]) || is.na(m[[n]])) m[[n]] <- first[[n]]
    m[wanted]
  }
  whole <- function(text, data, std.lv = FALSE) {
    f <- fit_text(text, data, std.lv)
    list(f = f, told = list(converged = lavInspect(f$fit, "converged"), gradient = f$gradient,
      admissible = suppressWarnings(lavInspect(f$fit, "post.check")), measures = measures(f, text, data, std.lv)))
  }
  # less restricted and more restricted, by numbers of the polished fits
  tested <- function(less, more) {
    a <- less$told$measures; b <- more$told$measures
    if (is.null(a) || is.null(b)) return(NULL)
    plain <- a$chisq - b$chisq; df <- a$df - b$df
    out <- list(plain = list(chisq = plain, df = df, pvalue = pchisq(plain, df, lower.tail = FALSE)))
    if (k$estimator == "MLR") {
      c0 <- a$chisq / a$chisq.scaled; c1 <- b$chisq / b$chisq.scaled
      cd <- (a$df * c0 - b$df * c1) / df
      if (cd > 0) out$scaled <- list(chisq = plain / cd, df = df, pvalue = pchisq(plain / cd, df, lower.tail = FALSE))
    }
    out
  }
  share <- function(f, m) {
    if (!lavInspect(f$fit, "converged")) return(NULL)
    st <- suppressWarnings(standardizedSolution(f$fit))
    mean(st$est.std[st$lhs == m & st$op == "=~" & st$rhs %in% items]^2)
  }
  R <- cor(complete[items]); e <- eigen(R)$values
  out <- list(harman = list(n = nrow(complete), component_share = e[1] / length(items), above_one = sum(e > 1),
    factor_share = sum(psych::fa(R, 1, fm = "minres", warnings = FALSE)$loadings^2) / length(items)))
  single <- whole(paste("GENERAL =~", paste(items, collapse = " + ")), d, TRUE)
  several <- whole(lines[names(blocks)], d, TRUE)
  out$single <- single$told; out$several <- several$told; out$single_difference <- tested(single, several)
  structure <- whole(c(lines, regressions), d)
  out$before <- read_paths(structure$f); out$structure <- structure$told
  equal <- whole(c(lines, regressions, apart("METHOD", latent), paste("METHOD =~", paste0("1*", items, collapse = " + ")),
    "METHOD ~~ METHOD"), d)
  free <- whole(c(lines, regressions, apart("METHOD", latent), paste("METHOD =~ NA*", paste(items, collapse = " + ")),
    "METHOD ~~ 1*METHOD"), d)
  for (name in c("equal", "free")) {
    f <- get(name)
    out[[name]] <- c(f$told, list(difference = tested(structure, f), paths = read_paths(f$f), share = share(f$f, "METHOD")))
  }
  # Where lavaan's own stop is improper: the lowest proper minimum near a fit with the method's variance held.
  if (!isTRUE(out$equal$admissible) && out$equal$converged) {
    text <- c(lines, regressions, apart("METHOD", latent), paste("METHOD =~", paste0("1*", items, collapse = " + ")))
    lowest <- NULL
    for (value in c(0.05, 0.1, 0.2, 0.4, 0.6)) {
      held <- suppressWarnings(sem(paste(c(text, paste0("METHOD ~~ ", value, "*METHOD")), collapse = "\n"), d))
      if (!lavInspect(held, "converged")) next
      f <- polished(function(start = NULL, ...) suppressWarnings(sem(paste(c(text, "METHOD ~~ METHOD"), collapse = "\n"), d,
        start = if (is.null(start)) as.data.frame(parTable(held))[c("lhs", "op", "rhs", "est")] else start, ...)))
      if (!lavInspect(f$fit, "converged") || !suppressWarnings(lavInspect(f$fit, "post.check"))) next
      if (is.null(lowest) || fitMeasures(f$fit, "chisq") < fitMeasures(lowest$fit, "chisq")) lowest <- f
    }
    if (!is.null(lowest)) out$equal_proper <- list(chisq = fitMeasures(lowest$fit, "chisq")[[1]], gradient = lowest$gradient,
      paths = read_paths(lowest), share = share(lowest, "METHOD"))
  }
  score <- function(data, name) {
    if (name %in% names(second)) rowMeans(sapply(second[[name]], function(b) score(data, b))) else rowMeans(data[blocks[[name]]])
  }
  named <- unique(unlist(lapply(names(k$paths), function(y) c(y, unlist(k$paths[[y]])))))
  scores <- as.data.frame(sapply(named, function(b) score(complete, b)))
  out$vif <- lapply(setNames(named, named), function(b)
    1 / (1 - summary(lm(reformulate(setdiff(named, b), b), scores))$r.squared))
  if (is.null(k$marker)) return(out)

  # --- Lindell and Whitney
  own <- with_marker[complete.cases(with_marker[c(items, marker)]), ]
  scores <- as.data.frame(sapply(named, function(b) score(own, b))); n <- nrow(scores)
  r <- cor(scores, rowMeans(own[marker]))[, 1]
  against <- if (is.null(k$marker_unrelated)) names(r)[r == min(r[r > 0])] else k$marker_unrelated
  rM <- r[[against]]
  A <- (cor(scores) - rM) / (1 - rM); diag(A) <- 1
  by_formula <- function(C, lost) do.call(rbind, lapply(names(k$paths), function(y) {
    x <- unlist(k$paths[[y]]); df <- n - length(x) - 1 - lost
    b <- solve(C[x, x, drop = FALSE], C[x, y]); r2 <- sum(b * C[x, y])
    se <- sqrt((1 - r2) * diag(solve(C[x, x, drop = FALSE])) / df)
    data.frame(lhs = y, rhs = x, std = as.numeric(b), std_se = se, p = 2 * pt(-abs(b / se), df)) }))
  by_lm <- do.call(rbind, lapply(names(k$paths), function(y) {
    s <- summary(lm(reformulate(unlist(k$paths[[y]]), y), as.data.frame(scale(scores))))$coefficients[-1, , drop = FALSE]
    data.frame(lhs = y, rhs = rownames(s), std = s[, 1], std_se = s[, 2], p = s[, 4]) }))
  pairs <- t(combn(named, 2))
  out$lindell_whitney <- list(n = n, against = against, marker_correlation = rM, before = by_lm, after = by_formula(A, 1),
    correlations = data.frame(first = pairs[, 1], second = pairs[, 2], r = cor(scores)[pairs],
      p = apply(pairs, 1, function(p) cor.test(scores[[p[1]]], scores[[p[2]]])$p.value), r_adjusted = A[pairs],
      t_adjusted = A[pairs] * sqrt((n - 3) / (1 - A[pairs]^2)),
      p_adjusted = 2 * pt(-abs(A[pairs] * sqrt((n - 3) / (1 - A[pairs]^2))), n - 3)))

  # --- CFA marker
  data <- with_marker[c(items, marker)]
  M <- "MARKER"
  line <- paste(M, "=~", paste(marker, collapse = " + "))
  cfa <- if (length(marker) > 1) whole(c(lines, line), data, TRUE) else NULL
  if (length(marker) > 1) {
    pe <- parameterEstimates(cfa$f$fit)
    loading <- sapply(marker, function(i) pe$est[pe$lhs == M & pe$op == "=~" & pe$rhs == i])
    error <- sapply(marker, function(i) pe$est[pe$lhs == i & pe$op == "~~" & pe$rhs == i])
  } else {
    loading <- sqrt(mean((data[[marker]] - mean(data[[marker]]))^2)); error <- 0
  }
  held <- function(terms = NULL) c(paste(M, "=~", paste(c(paste0(sprintf("%.17g", loading), "*", marker), terms), collapse = " + ")),
    paste0(marker, " ~~ ", sprintf("%.17g", error), "*", marker), paste0(M, " ~~ 1*", M), apart(M, latent))
  constant <- paste0("m*", items)
  base <- whole(c(lines, held()), data, TRUE)
  method_c <- whole(c(lines, held(constant)), data, TRUE)
  method_u <- whole(c(lines, held(items)), data, TRUE)
  deciding <- function(t) if (is.null(t$scaled)) t$plain else t$scaled
  c_u <- tested(method_c, method_u)
  retained <- if (!is.null(c_u) && deciding(c_u)$pvalue < 0.05) "method_u" else "method_c"
  kept <- get(retained)
  phi <- parameterEstimates(base$f$fit)
  held_phi <- apply(t(combn(names(blocks), 2)), 1, function(p) {
    v <- phi$est[phi$op == "~~" & ((phi$lhs == p[1] & phi$rhs == p[2]) | (phi$lhs == p[2] & phi$rhs == p[1]))]
    sprintf("%s ~~ %.17g*%s", p[1], v, p[2]) })
  method_r <- whole(c(lines, held(if (retained == "method_u") items else constant), held_phi), data, TRUE)
  out$cfa_marker <- list(n = lavInspect(base$f$fit, "nobs"), retained = retained, cfa = if (!is.null(cfa)) cfa$told,
    baseline = base$told, method_c = method_c$told, method_u = method_u$told, method_r = method_r$told,
    baseline_c = tested(base, method_c), c_u = c_u, retained_r = tested(method_r, kept), share = share(kept$f, M),
    before = read_paths(fit_text(c(lines, regressions), with_marker)),
    after_c = read_paths(fit_text(c(lines, regressions, held(constant)), with_marker)),
    after_u = read_paths(fit_text(c(lines, regressions, held(items)), with_marker)))
  out
}
invisible(capture.output(values <- lapply(cases, one_case)))  # lavaan prints matrices that it cannot invert
for (name in names(values)) cat(name, values[[name]]$equal$gradient, values[[name]]$free$gradient, values[[name]]$cfa_marker$retained, "\n")
write_json(list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
  psych = as.character(packageVersion("psych"))), cases = values), "values.json", digits = NA, auto_unbox = TRUE, na = "null",
  dataframe = "columns")
