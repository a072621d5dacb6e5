// ExternalDNS as the lesson needs it: its own readers of the cluster, its own registry and plan, and of its providers the one
// that speaks RFC 2136 to any DNS server. The program of its authors links forty clouds' libraries, which take longer to
// build than the whole course; flags, annotations and what is written are the same.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	log "github.com/sirupsen/logrus"
	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns/validation"
	"sigs.k8s.io/external-dns/plan"
	"sigs.k8s.io/external-dns/provider/rfc2136"
	"sigs.k8s.io/external-dns/registry"
	"sigs.k8s.io/external-dns/registry/txt"
	"sigs.k8s.io/external-dns/source"
	"sigs.k8s.io/external-dns/source/annotations"
	"sigs.k8s.io/external-dns/source/wrappers"
)

// synchronizer makes the records of a zone what the cluster's objects ask for.
type synchronizer struct {
	cfg     *externaldns.Config
	objects source.Source
	records registry.Registry // the zone, with a TXT record beside each record that says whose it is
	filter  *endpoint.DomainFilter
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s, err := newSynchronizer(ctx)
	if err != nil {
		log.Fatal(err)
	}
	s.run(ctx)
}

func newSynchronizer(ctx context.Context) (*synchronizer, error) {
	cfg := externaldns.NewConfig()
	if err := cfg.ParseFlags(os.Args[1:]); err != nil {
		return nil, err
	}
	if err := validation.ValidateConfig(cfg); err != nil {
		return nil, err
	}
	annotations.SetAnnotationPrefix(cfg.AnnotationPrefix)
	settings, err := source.NewSourceConfig(cfg)
	if err != nil {
		return nil, err
	}
	objects, err := wrappers.Build(ctx, settings)
	if err != nil {
		return nil, err
	}
	filter := endpoint.NewDomainFilterWithOptions(endpoint.WithDomainFilter(cfg.DomainFilter))
	server, err := rfc2136.New(ctx, cfg, filter)
	if err != nil {
		return nil, err
	}
	records, err := txt.New(cfg, server)
	if err != nil {
		return nil, err
	}
	return &synchronizer{cfg, objects, records, filter}, nil
}

// run synchronizes at each interval; what goes wrong is said, and is tried again at the next.
func (s *synchronizer) run(ctx context.Context) {
	tick := time.NewTicker(s.cfg.Interval)
	defer tick.Stop()
	for {
		if err := s.once(ctx); err != nil {
			log.Error(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *synchronizer) once(ctx context.Context) error {
	current, err := s.records.Records(ctx)
	if err != nil {
		return err
	}
	desired, err := s.objects.Endpoints(ctx)
	if err != nil {
		return err
	}
	if desired, err = s.records.AdjustEndpoints(desired); err != nil {
		return err
	}
	changes := (&plan.Plan{
		Policies:       []plan.Policy{plan.Policies[s.cfg.Policy]},
		Current:        current,
		Desired:        desired,
		DomainFilter:   endpoint.MatchAllDomainFilters{s.filter, s.records.GetDomainFilter()},
		ManagedRecords: s.cfg.ManagedDNSRecordTypes,
		OwnerID:        s.records.OwnerID(),
	}).Calculate().Changes
	if !changes.HasChanges() {
		return nil
	}
	return s.records.ApplyChanges(ctx, changes)
}
