"""ALB (Application Load Balancer), API version 2020-06-16: load balancers, listeners, their certificates, jobs."""
