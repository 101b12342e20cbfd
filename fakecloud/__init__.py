"""Alibaba Cloud on a laptop: OSS, ALB, CLB, CAS, MNS and Function Compute in one process."""
