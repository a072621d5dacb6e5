"""Interview practice: questions with proofs, modes to practise them in, and what comes back when."""
