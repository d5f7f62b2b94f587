# why: Python reads bold letters as plain ones
𝐞𝐱𝐞𝐜("print(1)")  # here
