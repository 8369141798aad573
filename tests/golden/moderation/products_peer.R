# lavaan's solutions of further product-indicator models of modsem's oneInt data (read from the reference
# folder). Rscript tests/golden/moderation/products_peer.R <reference folder>  (from the checkout)
library(lavaan); library(jsonlite)
d <- read.csv(file.path(commandArgs(TRUE)[1], "modsem_oneInt", "data.csv"))
x <- paste0("x", 1:3); z <- paste0("z", 1:3)
ctr <- function(v) v - mean(v)
outer_model <- "X =~ x1+x2+x3\nZ =~ z1+z2+z3\nY =~ y1+y2+y3\n"
share <- function(pairs) {
  out <- character()
  for (i in seq_along(pairs)) for (j in seq_along(pairs)) if (i < j && length(intersect(pairs[[i]], pairs[[j]])))
    out <- c(out, paste0(paste(pairs[[i]], collapse = "."), " ~~ ", paste(pairs[[j]], collapse = ".")))
  paste(out, collapse = "\n")
}
add <- function(pairs, recentre) for (p in pairs) {
  v <- ctr(d[[p[1]]]) * ctr(d[[p[2]]]); d[[paste(p, collapse = ".")]] <<- if (recentre) ctr(v) else v
}
told <- function(fit) {
  pe <- parameterEstimates(fit)
  list(fit = as.list(fitMeasures(fit, c("chisq", "df", "npar", "logl"))),
    paths = pe[pe$op == "~", c("lhs", "op", "rhs", "est", "se")], gradient = max(abs(lavInspect(fit, "gradient"))))
}
run <- function(model) told(sem(model, d))
xz <- list(); for (a in x) for (b in z) xz <- c(xz, list(c(a, b)))
xx <- list(); for (i in 1:3) for (j in i:3) xx <- c(xx, list(c(x[i], x[j])))
nm <- function(pairs) sapply(pairs, paste, collapse = ".")
meas <- function(name, pairs) paste0(name, " =~ ", paste(nm(pairs), collapse = " + "), "\n")
zero <- function(pairs) paste(nm(pairs), "~ 0*1", collapse = "\n")
out <- list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))))
add(xz, FALSE)
out$unconstrained <- run(paste0(outer_model, meas("XZ", xz), share(xz), "\nX ~~ m*Z\nXZ ~ m*1\n", zero(xz), "\nY ~ X + Z + XZ\n"))
add(xz, TRUE); add(xx, TRUE)
out$quadratic <- run(paste0(outer_model, meas("XX", xx), share(xx), "\nY ~ X + Z + XX\n"))
out$both <- run(paste0(outer_model, meas("XZ", xz), meas("XX", xx), share(c(xz, xx)), "\nY ~ X + Z + XZ + XX\n"))
for (i in 1:3) d[[paste0("p", i)]] <- ctr(d[[x[i]]]) * ctr(d[[z[i]]])
constrained <- "X =~ x1+l2*x2+l3*x3\nZ =~ z1+k2*z2+k3*z3\nY =~ y1+y2+y3\nXZ =~ p1+q2*p2+q3*p3
x1~~t1*x1\nx2~~t2*x2\nx3~~t3*x3\nz1~~u1*z1\nz2~~u2*z2\nz3~~u3*z3\np1~~r1*p1\np2~~r2*p2\np3~~r3*p3
X~~fx*X\nZ~~fz*Z\nX~~fxz*Z\nXZ~~fp*XZ\nX~~0*XZ\nZ~~0*XZ\nXZ~fxz*1\np1~0*1\np2~0*1\np3~0*1\nY~X+Z+XZ
q2==l2*k2\nq3==l3*k3\nfp==fx*fz+fxz^2\nr1==fx*u1+fz*t1+t1*u1
r2==l2^2*fx*u2+k2^2*fz*t2+t2*u2\nr3==l3^2*fx*u3+k3^2*fz*t3+t3*u3"
out$constrained_matched <- run(constrained)
robust <- sem(constrained, d, estimator = "MLR")
out$constrained_robust <- told(robust)
out$constrained_robust$fit <- as.list(fitMeasures(robust, c("chisq.scaled", "df", "npar", "chisq.scaling.factor")))
write_json(out, "tests/golden/moderation/products_peer.json", digits = NA, auto_unbox = TRUE, dataframe = "rows")
