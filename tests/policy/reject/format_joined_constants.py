# why: text beside text is one text
"{0.__cla" "ss__}".format(1)  # here
