"""TAM purchase-intention surveys: validated answers, checked scales, structural equation model, report."""
