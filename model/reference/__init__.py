"""The paper's offline model (arXiv 2410.15499): the yardstick that `live` is compared with."""
