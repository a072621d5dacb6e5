"""The cluster's API, by kubectl: objects, CoreDNS's Pods and Corefile, NetworkPolicies as a Pod meets them."""
