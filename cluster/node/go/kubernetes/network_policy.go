package main

import (
	"context"
	"sync"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	"github.com/cloudnativelabs/kube-router/v2/pkg/utils"
	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
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

// enforce runs until the process is ended; the node's rules stay as they are then.
func enforce(ctx context.Context, config *options.KubeRouterConfig) error {
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
	if err := waitForProxy(ctx, commands[corev1.IPv4Protocol]); err != nil {
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

// waitForProxy waits until kube-proxy has written its first rules: both put jumps at the top of the same chains, and the
// controller finds its own again by their number. What is in KUBE-FORWARD comes last, after all the jumps.
func waitForProxy(ctx context.Context, commands utils.IPTablesHandler) error {
	return wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(context.Context) (bool, error) {
		rules, err := commands.List("filter", "KUBE-FORWARD")
		return err == nil && len(rules) > 1, nil // the first line is the chain itself; before it is there, that is an error
	})
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
