"""For authors: run the tests, write what is generated, begin new lessons and labs, move to new versions."""
