# McDonald's omega total of every reference scale with three or more items, from psych.
# Run in this folder, with TAM_REFERENCE pointing at the reference data: Rscript generate_omega.R
suppressMessages({library(psych); library(jsonlite)})
reference <- Sys.getenv("TAM_REFERENCE", "../../../../shared/reference")
sets <- c("HolzingerSwineford1939", "PoliticalDemocracy", "bergami_bagozzi", "bfi", "influencer", "satisfaction_bank",
          "tam_ebook", "utaut2_trello")
one_set <- function(name) {
  d <- read.csv(file.path(reference, name, "data.csv"))
  if (name == "bfi") for (v in c("A1", "C4", "C5", "E1", "E2", "O2", "O5")) d[[v]] <- 7 - d[[v]]
  scales <- fromJSON(file.path(reference, name, "golden", "meta.json"))$constructs
  scales <- scales[lengths(scales) > 2]
  lapply(scales, function(items) {
    fit <- suppressWarnings(suppressMessages(psych::omega(cor(na.omit(d[items])), nfactors = 1, flip = FALSE, plot = FALSE)))
    as.numeric(fit$omega.tot)
  })
}
write_json(list(psych = as.character(packageVersion("psych")), omega = setNames(lapply(sets, one_set), sets)),
           "psych_omega.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
