# why: a classifier from data to report
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris, make_classification
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix, roc_auc_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=42, stratify=y)
models = {
    "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
    "forest": RandomForestClassifier(n_estimators=20, random_state=0),
    "boosting": GradientBoostingClassifier(n_estimators=10, random_state=0),
}
for name, model in models.items():
    model.fit(X_train, y_train)
    print(f"{name:<10} {accuracy_score(y_test, model.predict(X_test)):.3f}")
print(confusion_matrix(y_test, models["forest"].predict(X_test)))
print(classification_report(y_test, models["logistic"].predict(X_test), digits=2))
print(cross_val_score(models["logistic"], X, y, cv=3).mean() > 0.9, models["forest"].feature_importances_.argmax())
