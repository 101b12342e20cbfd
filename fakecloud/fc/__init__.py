"""Function Compute: deploys template.yml, runs its functions, sets them off, answers both invocation APIs."""
