// Signs people in as the server of Argo CD does, by its own packages, with its two ConfigMaps, and says who is there.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/server/logout"
	"github.com/argoproj/argo-cd/v3/server/rbacpolicy"
	"github.com/argoproj/argo-cd/v3/util/assets"
	"github.com/argoproj/argo-cd/v3/util/cache"
	httputil "github.com/argoproj/argo-cd/v3/util/http"
	"github.com/argoproj/argo-cd/v3/util/jwt"
	"github.com/argoproj/argo-cd/v3/util/oidc"
	"github.com/argoproj/argo-cd/v3/util/rbac"
	"github.com/argoproj/argo-cd/v3/util/session"
	"github.com/argoproj/argo-cd/v3/util/settings"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/yaml"
)

const namespace = "argocd"

// Keeps the tokens that were signed out, which Argo CD has in Redis.
type memory struct {
	session.UserStateStorage
	revoked sync.Map
}

func (m *memory) RevokeToken(_ context.Context, id string, _ time.Duration) error {
	m.revoked.Store(id, true)
	return nil
}

func (m *memory) IsTokenRevoked(id string) bool {
	_, is := m.revoked.Load(id)
	return is
}

func main() {
	ctx := context.Background()
	config, roles := configMap(common.ArgoCDConfigMapName), configMap(common.ArgoCDRBACConfigMapName)
	secret := &corev1.Secret{ObjectMeta: named(common.ArgoCDSecretName), Data: map[string][]byte{
		"server.secretkey": []byte(os.Getenv("SECRET")), "admin.password": []byte("none"),
	}}
	cluster := fake.NewClientset(config, roles, secret)
	manager := settings.NewSettingsManager(ctx, cluster, namespace)
	read, err := manager.GetSettings()
	check(err)
	app, err := oidc.NewClientApp(read, "", nil, "/", cache.NewInMemoryCache(time.Hour))
	check(err)
	sessions := session.NewSessionManager(manager, nil, "", nil, &memory{UserStateStorage: session.NewUserStateStorage(nil)})
	enforcer := enforce(cluster, roles)

	http.HandleFunc(common.LoginEndpoint, app.HandleLogin)
	http.HandleFunc(common.CallbackEndpoint, app.HandleCallback)
	http.Handle(common.LogoutEndpoint, logout.NewHandler(manager, sessions, "", "/"))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		token, err := httputil.JoinCookies(common.AuthCookieName, r.Cookies())
		if err != nil || token == "" {
			http.Redirect(w, r, common.LoginEndpoint+"?return_url="+read.URL+"/applications", http.StatusFound)
			return
		}
		verified, _, err := sessions.VerifyToken(r.Context(), token)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		claims, err := jwt.MapClaims(verified)
		check(err)
		if r.URL.Path == "/refresh" {
			token, err = app.CheckAndRefreshToken(r.Context(), claims, read.RefreshTokenThreshold())
			check(err)
		}
		json.NewEncoder(w).Encode(map[string]any{
			"name": claims["preferred_username"], "groups": jwt.GetGroups(claims, []string{"groups"}), "token": token,
			"is_administrator": enforcer.Enforce(claims, "clusters", "delete", "any"),
		})
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

// Makes the enforcer of the roles as the server does.
func enforce(cluster *fake.Clientset, roles *corev1.ConfigMap) *rbac.Enforcer {
	enforcer := rbac.NewEnforcer(cluster, namespace, common.ArgoCDRBACConfigMapName, nil)
	var scopes []string
	check(yaml.Unmarshal([]byte(roles.Data["scopes"]), &scopes))
	policy := rbacpolicy.NewRBACPolicyEnforcer(enforcer, nil)
	policy.SetScopes(scopes)
	enforcer.SetClaimsEnforcerFunc(policy.EnforceClaims)
	check(enforcer.SetBuiltinPolicy(assets.BuiltinPolicyCSV))
	check(enforcer.SetUserPolicy(roles.Data["policy.csv"]))
	return enforcer
}

// Reads the file of a ConfigMap.
func configMap(name string) *corev1.ConfigMap {
	text, err := os.ReadFile(name)
	check(err)
	read := &corev1.ConfigMap{}
	check(yaml.Unmarshal(text, read))
	read.ObjectMeta = named(name)
	return read
}

func named(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: name, Namespace: namespace, Labels: map[string]string{"app.kubernetes.io/part-of": "argocd"},
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
