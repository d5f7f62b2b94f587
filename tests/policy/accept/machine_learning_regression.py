# why: regression, an estimator of one's own, grid search
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PolynomialFeatures

rng = np.random.default_rng(7)
frame = pd.DataFrame({"x": np.linspace(0, 3, 60)})
frame["y"] = 2 * frame["x"] ** 2 - frame["x"] + rng.normal(0, 0.1, 60)


class Clip(BaseEstimator, TransformerMixin):
    def __init__(self, limit=2.5):
        self.limit = limit

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return np.clip(X, None, self.limit)


class Mean(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.mean_ = float(np.mean(y))
        return self

    def predict(self, X):
        return np.full(len(X), self.mean_)


pipeline = Pipeline([("impute", SimpleImputer()), ("clip", Clip()), ("poly", PolynomialFeatures()), ("model", Ridge())])
search = GridSearchCV(pipeline, {"poly__degree": [1, 2], "model__alpha": [0.1, 1.0], "clip__limit": [3.0]}, cv=3)
search.fit(frame[["x"]], frame["y"])
print(search.best_params_, round(r2_score(frame["y"], search.predict(frame[["x"]])), 2) > 0.9)
print(Mean().fit(frame[["x"]], frame["y"]).score(frame[["x"]], frame["y"]), Lasso(alpha=0.1).get_params()["alpha"])
