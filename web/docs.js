// Swagger UI for this service's own description.
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

window.SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,  // A key does not outlive the page.
  validatorUrl: null,           // Another server's.
  queryConfigEnabled: false,    // Or a link could show another description here.
  onComplete() {
    document.documentElement.dataset.ready = 'yes';
  },
});
