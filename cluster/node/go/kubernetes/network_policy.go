package main

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// newNetworkPolicyCommand is the firewall of kube-router without its router and its service proxy.
func newNetworkPolicyCommand() *cobra.Command {
	config := options.NewKubeRouterConfig()
	config.EnableIPv4 = true
	command := &cobra.Command{
		Use:   "kube-router",
		Short: "Enforce NetworkPolicies on this node, by iptables and ipset",
		RunE:  func(command *cobra.Command, _ []string) error { return enforce(command.Context(), config) },
	}
	command.Flags().StringSliceVar(&config.ClusterIPCIDRs, "service-cluster-ip-range", nil, "the addresses of Services")
	return command
}

// proxyIsReady tells whether kube-proxy of this node has written its first rules.
func proxyIsReady(ctx context.Context) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:10256/healthz", nil)
	if err != nil {
		return false, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, nil // it does not listen yet
	}
	return answer.StatusCode == http.StatusOK, answer.Body.Close()
}

// enforce runs until the process is ended; the node's rules stay as they are then. It begins after kube-proxy: both put
// their jumps at the top of the same chains, and this one finds its own again by their number.
func enforce(ctx context.Context, config *options.KubeRouterConfig) error {
	if err := wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, proxyIsReady); err != nil {
		return err
	}
	inCluster, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(inCluster)
	if err != nil {
		return err
	}
	commands, sets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	controller, err := netpol.NewNetworkPolicyController(
		client, config, pods, policies, namespaces, &sync.Mutex{}, commands, sets)
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	for informer, handler := range map[cache.SharedIndexInformer]cache.ResourceEventHandler{
		pods: controller.PodEventHandler, namespaces: controller.NamespaceEventHandler, policies: controller.NetworkPolicyEventHandler,
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	return run(ctx, controller)
}

// run takes the controller's heartbeats, which it would otherwise wait with, and nobody asks for.
func run(ctx context.Context, controller *netpol.NetworkPolicyController) error {
	heartbeats := make(chan *healthcheck.ControllerHeartbeat)
	go func() {
		for range heartbeats {
		}
	}()
	var running sync.WaitGroup
	running.Add(1)
	controller.Run(heartbeats, ctx.Done(), &running)
	running.Wait()
	return nil
}
