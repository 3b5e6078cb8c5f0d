"""Attribution: the first touch survives from the visit to the pipeline."""
