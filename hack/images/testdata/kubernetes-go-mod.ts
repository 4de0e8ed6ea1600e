/** For tests: go.mod of k8s.io/kubernetes, as far as a build of it reads it. */
export const goMod = `module k8s.io/kubernetes

go 1.22.0

require k8s.io/api v0.0.0

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/kube-proxy => ./staging/src/k8s.io/kube-proxy
	github.com/other/thing => github.com/forked/thing v1.0.0
)
`;
