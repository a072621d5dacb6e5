kubectl patch validatingwebhookconfiguration lab-deaf-webhook --type=json \
  -p '[{"op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Ignore"}]'
