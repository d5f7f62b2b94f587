# why: half a character hides the text from those who ask for UTF-8
"{0.__class__}\udc80".format(1)
