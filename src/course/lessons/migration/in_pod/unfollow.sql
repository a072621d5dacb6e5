-- This side stops to follow the other one; the slot over there is removed too.
DROP SUBSCRIPTION IF EXISTS :"name";
