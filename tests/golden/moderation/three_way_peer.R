# lavaan's solution of a three-way latent interaction with products made by hand, of three_way.csv.
# Rscript tests/golden/moderation/three_way_peer.R  (from the checkout)
library(lavaan); library(jsonlite)
d <- read.csv("tests/golden/moderation/three_way.csv")
ctr <- function(v) v - mean(v)
f <- c("x", "z", "w"); it <- function(a) paste0(a, 1:3)
model <- paste0(toupper(c(f, "y")), " =~ ", sapply(c(f, "y"), function(a) paste(it(a), collapse = " + ")))
run <- function(grid2, grid3) {
  made <- list(); lines <- model; covs <- character()
  share <- function(sets) for (i in seq_along(sets)) for (j in seq_along(sets)) if (i < j && length(intersect(sets[[i]], sets[[j]])))
    covs <<- c(covs, paste(paste(sets[[i]], collapse = "."), "~~", paste(sets[[j]], collapse = ".")))
  form <- function(name, sets) {
    for (s in sets) d[[paste(s, collapse = ".")]] <<- ctr(Reduce(`*`, lapply(s, function(i) ctr(d[[i]]))))
    lines <<- c(lines, paste(name, "=~", paste(sapply(sets, paste, collapse = "."), collapse = " + ")))
  }
  two <- list(); for (p in list(c("x","z"), c("z","w"), c("x","w"))) { sets <- grid2(p); form(toupper(paste(p, collapse = "")), sets); two <- c(two, sets) }
  three <- grid3(); form("XZW", three); share(two); share(three)
  for (s in three) for (i in s) covs <- c(covs, paste(i, "~~", paste(s, collapse = ".")))
  text <- paste(c(lines, covs, "Y ~ X + Z + W + XZ + ZW + XW + XZW"), collapse = "\n")
  fit <- sem(text, d)
  pe <- parameterEstimates(fit)
  list(fit = as.list(fitMeasures(fit, c("chisq", "df", "npar", "logl"))), gradient = max(abs(lavInspect(fit, "gradient"))),
    paths = pe[pe$op == "~", c("lhs", "op", "rhs", "est", "se")])
}
rows <- function(m) lapply(seq_len(nrow(m)), function(i) unname(unlist(lapply(m[i, ], as.character))))
out <- list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))))
out$matched <- run(function(p) rows(data.frame(it(p[1]), it(p[2]))), function() rows(data.frame(it("x"), it("z"), it("w"))))
write_json(out, "tests/golden/moderation/three_way_peer.json", digits = NA, auto_unbox = TRUE, dataframe = "rows")
