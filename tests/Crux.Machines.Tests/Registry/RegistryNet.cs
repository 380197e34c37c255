using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>
/// Reeves, heartbeaters and stewards of a few nodes with streams between them, and no driver: each view, each word arrives when
/// the test says so.
/// </summary>
internal sealed class RegistryNet
{
    private readonly List<RegistryLink> _links = [];
    private readonly HealthOutbox _health = new();
    private readonly ReeveOutbox _reeve = new();
    private readonly StewardOutbox _steward = new();
    private ulong _ids;

    public RegistryNet(int count)
    {
        Members = [.. Enumerable.Range(1, count).Select(number => Group.Node(number))];
        Sites = [.. Enumerable.Range(1, count).Select(number => new RegistrySite(Now, number, Group.Seen(number, Members)))];
    }

    public Member[] Members { get; }

    /// <summary>Who may be elected, by number; nobody follows the whole registry where nobody is named.</summary>
    public int[] Voters { get; set; } = [];

    /// <summary>All that stewards said.</summary>
    public List<StewardMessage> Said { get; } = [];

    /// <summary>All that stewards took in, of one after the other.</summary>
    public List<RegistryNews> News { get; } = [];
    public IReadOnlyList<RegistrySite> Sites { get; }
    public Instant Now { get; private set; } = new(TimeSpan.TicksPerHour);
    public int RefusedPushes { get; private set; }

    /// <summary>What is checked in every history that this net tells.</summary>
    public StewardWatch Watched { get; } = new();

    /// <summary>A planted fault: gives a reeve that believes everybody the token under which it takes a push; null plants none.</summary>
    public Func<RegistrySite, GroupToken, GroupToken>? Credulous { get; set; }

    public IEnumerable<RegistryLink> Links => _links;

    public RegistrySite this[int number] => Sites[number - 1];

    public void Pass(TimeSpan span)
    {
        Now += span;
        foreach (var site in Sites)
        {
            Health(site, () => site.Heartbeater.Tick(Now, _health));
            Reeve(site, () => site.Reeve.Tick(Now, _reeve));
            if (site.Steward is { } steward)
                Steward(site, () => steward.Tick(Now, _steward));
        }
    }

    /// <summary>A site sees this leader, and every member but the missing ones.</summary>
    public void See(RegistrySite site, int? leader, ulong term, params int[] missing)
    {
        site.View = Group.Seen(site.Number, [.. Members.Where((_, i) => !missing.Contains(i + 1))]) with
        {
            Leader = leader is { } number ? Group.Id(number) : null,
            Token = new GroupToken(1, term, 0),
            Grade = leader is null ? LeaderGrade.None : LeaderGrade.Fenced,
            Voters = Voters.Contains(site.Number) ? [.. Voters.Select(Group.Id)] : [],
        };
        Watched.Sees(site.Number, site.View.Token);
        Reeve(site, () => site.Reeve.See(Now, site.View, _reeve));
        if (site.Link is { } link && site.View.Leader != Group.Id(link.To.Number))
            Break(link);
        if (site.View.Leader != site.View.Self)
            Resign(site);
        else
        {
            if (site.Steward?.Token.Term != term)
            {
                Resign(site);
                Inheritance? inheritance = null;
                Reeve(site, () => inheritance = site.Reeve.Inherit(_reeve));
                site.Steward = new StewardMachine(Now, site.View, new StewardOptions(), inheritance);
            }
            Steward(site, () => site.Steward!.See(Now, site.View, _steward));
        }
    }

    public void SeeAll(int? leader, ulong term, params int[] missing)
    {
        foreach (var site in Sites)
            See(site, leader, term, missing);
    }

    /// <summary>
    /// A site's daemon is killed and started again at once: it never leaves a view, and its processes run on. The others see it in
    /// its new life when they are next shown a view.
    /// </summary>
    public void Restart(RegistrySite site)
    {
        var index = site.Number - 1;
        Members[index] = Members[index] with { Incarnation = Members[index].Incarnation + 1 };
        if (site.Link is { } link)
            Break(link);
        Resign(site);
        site.Restart(Now, Group.Seen(site.Number, Members));
        Watched.Forgets(site.Number);
    }

    public void Beat(RegistrySite site, ulong process, params BeatPoint[] points) =>
        Health(site, () => site.Heartbeater.Beat(Now, process, points, _health));

    public void Goodbye(RegistrySite site, ulong process) => Health(site, () => site.Heartbeater.Goodbye(Now, process, _health));

    public void Watch(RegistrySite site, string selector) => Reeve(site, () => Assert.True(site.Reeve.Watch(Now, Selector.Parse(selector), _reeve)));

    /// <summary>Opens a stream to the leader that the site sees, where that node leads by its own view.</summary>
    public bool Attend(RegistrySite site)
    {
        if (site.Link is not null || site.View.Leader is not { } id || this[(int)id.Low] is not { Steward: { } steward } leader)
            return false;
        var link = new RegistryLink(++_ids, site, leader, steward);
        _links.Add(link);
        var isOpen = false;
        Steward(leader, () => isOpen = steward.Open(link.Id, site.View.Self, _steward));
        if (!isOpen)
        {
            _links.Remove(link);
            return false;
        }
        site.Link = link;
        Reeve(site, () => site.Reeve.Attach(Now, _reeve));
        return true;
    }

    public bool Break(RegistryLink link)
    {
        if (!_links.Remove(link))
            return false;
        link.Steward.Close(link.Id);
        link.From.Link = null;
        Reeve(link.From, () => link.From.Reeve.Detach(Now, _reeve));
        return true;
    }

    public bool DeliverUp(RegistryLink link)
    {
        if (link.IsEnded || !link.Up.TryDequeue(out var report))
            return false;
        Steward(link.To, () => link.Steward.Receive(Now, link.Id, report, _steward));
        return true;
    }

    public bool DeliverDown(RegistryLink link)
    {
        if (!link.Down.TryDequeue(out var push))
            return link.IsEnded && Break(link);
        Take(link.From, push);
        return true;
    }

    /// <summary>A steward's word reaches a reeve.</summary>
    public void Take(RegistrySite site, StewardPush push) => Reeve(site, () =>
    {
        site.Reeve.Take(Now, push with { Token = Credulous?.Invoke(site, push.Token) ?? push.Token }, _reeve);
        if (_reeve.RefusedToken is null)
            Watched.Takes(site.Number, push.Token);
        else
            RefusedPushes++;
    });

    /// <summary>Takes the newest report of a stream away, as no stream does: what digests are for.</summary>
    public static void Lose(RegistryLink link) => link.Up.Clear();

    /// <summary>Lets every reeve attend and every word arrive.</summary>
    public void Settle()
    {
        var moved = true;
        for (var round = 0; moved; round++)
        {
            Assert.True(round < 10_000, "The nodes talk for ever.");
            moved = false;
            foreach (var site in Sites)
                moved |= Attend(site);
            foreach (var link in _links.ToList())
            {
                while (DeliverUp(link) || DeliverDown(link))
                    moved = true;
            }
        }
    }

    private void Health(RegistrySite site, Action step)
    {
        _health.Clear();
        step();
        var verdicts = _health.Verdicts.ToList();
        foreach (var verdict in verdicts)
            Reeve(site, () => site.Reeve.Hear(Now, verdict, _reeve));
    }

    private void Reeve(RegistrySite site, Action step)
    {
        _reeve.Clear();
        step();
        foreach (var report in _reeve.Reports)
            site.Link?.Up.Enqueue(report);
        foreach (var change in _reeve.Answers.Where(change => change.Answer is not null))
            site.Answers[change.Selector] = change.Answer!;
    }

    private void Steward(RegistrySite site, Action step)
    {
        _steward.Clear();
        step();
        News.AddRange(_steward.News);
        Said.AddRange(_steward.Messages);
        foreach (var message in _steward.Messages)
        {
            foreach (var link in _links.Where(link => link.To == site && message.Streams.Contains(link.Id)))
                link.Down.Enqueue(message.Push);
        }
        foreach (var link in _links.Where(link => _steward.Ends.Any(end => end.Stream == link.Id)))
            link.IsEnded = true;
    }

    private void Resign(RegistrySite site)
    {
        site.Steward = null;
        foreach (var link in _links.Where(link => link.To == site).ToList())
            Break(link);
    }
}
