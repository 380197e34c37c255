using System.Diagnostics.Metrics;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Events;
using Microsoft.Extensions.Logging;

namespace Crux.Node.Flock;

/// <summary>Tells people about the flock: its log lines (event ids 1100 to 1199) and its instruments, meter <c>Crux.Flock</c>.</summary>
internal sealed partial class FlockReporter : IDisposable
{
    /// <summary>The log category and the meter.</summary>
    public const string Name = "Crux.Flock";

    private readonly ILogger _logger;
    private readonly Meter _meter;
    private readonly Counter<long> _leaderChanges;
    private readonly Counter<long> _viewChanges;

    public FlockReporter(ILoggerFactory loggers, string node, IConfab confab, FlockCounters counters, Func<GroupSnapshot> current)
    {
        _logger = loggers.CreateLogger(Name);
        // One meter per node, since a process may hold many; the tag tells them apart.
        _meter = new Meter(new MeterOptions(Name) { Tags = [new("crux.node", node)] });
        _leaderChanges = _meter.CreateCounter<long>("crux.flock.leader_changes", "{change}", "Changes of leader that this node saw.");
        _viewChanges = _meter.CreateCounter<long>("crux.flock.view_changes", "{change}", "Members that joined, left or changed, as this node saw it.");
        _meter.CreateObservableGauge("crux.flock.members", () => current().Members.Length, "{node}", "Members in this node's view.");
        _meter.CreateObservableCounter("crux.flock.datagrams", () => Datagrams(confab.Counters), "{datagram}", "Datagrams by fate.");
        _meter.CreateObservableCounter("crux.flock.bytes", () => Bytes(confab.Counters), "By", "Datagram payload by direction.");
        _meter.CreateObservableCounter("crux.flock.rejected", () => Rejected(counters), "{datagram}", "Datagrams that could not be used, by reason.");
    }

    public void Report(FlockEvent news)
    {
        switch (news)
        {
            case MemberJoined joined:
                _viewChanges.Add(1);
                LogMemberJoined(joined.Member.Name, joined.Member.Id, joined.Member.Address);
                break;
            case MemberLeft left:
                _viewChanges.Add(1);
                LogMemberLeft(left.Member.Name, left.Member.Id, left.Member.Address, left.Why);
                break;
            case MemberChanged changed:
                _viewChanges.Add(1);
                LogMemberChanged(changed.Is.Name, changed.Is.Id, changed.Is.Status, changed.Is.Incarnation, changed.Is.Address);
                break;
            case LeaderChanged changed:
                _leaderChanges.Add(1);
                LogLeaderChanged(changed.Is, changed.Was, changed.Term);
                break;
            case ViewSettled settled:
                LogViewSettled(settled.Members, settled.After);
                break;
            case ViewUnsettled or MemberDoubted:
                LogDetail(news.Text);
                break;
            case CloneSeen clone:
                LogCloneSeen(clone.Id, clone.Name, clone.Kept, clone.Aside);
                break;
            case PutAside aside:
                LogPutAside(aside.Id, aside.Kept);
                break;
            default:
                LogAlarm(news.Text);
                break;
        }
    }

    /// <summary>Tells where this node looks: a contact that was mistyped is found in this line or not at all.</summary>
    public void Started(NodeId node, NetAddress address, IReadOnlyList<AddressRange> ranges, IReadOnlyList<NetAddress> contacts)
    {
        if (contacts.Count == 0)
            LogStarted(node, address, ranges);
        else
            LogStartedWithContacts(node, address, ranges, contacts, contacts.Count);
    }

    [LoggerMessage(EventId = 1100, Level = LogLevel.Information, Message = "Node {Node} looks for its flock from {Address}, among {Neighbourhood}.")]
    private partial void LogStarted(NodeId node, NetAddress address, IReadOnlyList<AddressRange> neighbourhood);

    [LoggerMessage(EventId = 1113, Level = LogLevel.Information, Message = "Node {Node} looks for its flock from {Address}, among {Neighbourhood} and at {Count} contacts: {Contacts}.")]
    private partial void LogStartedWithContacts(NodeId node, NetAddress address, IReadOnlyList<AddressRange> neighbourhood, IReadOnlyList<NetAddress> contacts, int count);

    [LoggerMessage(EventId = 1101, Level = LogLevel.Information, Message = "Node {Node} said goodbye and closed its sockets.")]
    public partial void LogStopped(NodeId node);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Warning, Message = "Node {Node} closed its sockets without a goodbye.")]
    public partial void LogAborted(NodeId node);

    [LoggerMessage(EventId = 1103, Level = LogLevel.Critical, Message = "The flock of node {Node} is broken and stops. This is a defect of Crux: please report it with this message.")]
    public partial void LogBroken(Exception error, NodeId node);

    [LoggerMessage(EventId = 1104, Level = LogLevel.Information, Message = "{Name} ({Node}) joined at {Address}.")]
    private partial void LogMemberJoined(string name, NodeId node, NetAddress address);

    [LoggerMessage(EventId = 1105, Level = LogLevel.Information, Message = "{Name} ({Node}) at {Address} is gone: {Why}.")]
    private partial void LogMemberLeft(string name, NodeId node, NetAddress address, Departure why);

    [LoggerMessage(EventId = 1106, Level = LogLevel.Information, Message = "{Name} ({Node}) is now {Status}, incarnation {Incarnation}, at {Address}.")]
    private partial void LogMemberChanged(string name, NodeId node, MemberStatus status, uint incarnation, NetAddress address);

    [LoggerMessage(EventId = 1107, Level = LogLevel.Information, Message = "The leader is now {Leader}, was {Former}, in term {Term}.")]
    private partial void LogLeaderChanged(NodeId? leader, NodeId? former, ulong term);

    [LoggerMessage(EventId = 1108, Level = LogLevel.Information, Message = "The view settled with {Members} members after {After}.")]
    private partial void LogViewSettled(int members, TimeSpan after);

    [LoggerMessage(EventId = 1109, Level = LogLevel.Debug, Message = "{Detail}")]
    private partial void LogDetail(string detail);

    [LoggerMessage(EventId = 1110, Level = LogLevel.Warning, Message = "{Alarm}")]
    private partial void LogAlarm(string alarm);

    [LoggerMessage(EventId = 1111, Level = LogLevel.Error, Message = "Node id {Node} ({Name}) is alive at {Kept} and at {Aside}: a disk was copied. {Kept} stays, {Aside} is put aside. Run 'crux node new-identity' there and restart fulcrum.")]
    private partial void LogCloneSeen(NodeId node, string name, NetAddress kept, NetAddress aside);

    [LoggerMessage(EventId = 1112, Level = LogLevel.Critical, Message = "This node has the identity ({Node}) of the one at {Kept}, which was started first: its disk was copied, and it is put aside. Run 'crux node new-identity' here and restart fulcrum.")]
    private partial void LogPutAside(NodeId node, NetAddress kept);

    [LoggerMessage(EventId = 1120, Level = LogLevel.Error, Message = "{Path} can't be written, and this node takes no part in what depends on it; the next try comes in {Pause}. Is the disk full?")]
    public partial void LogNotWritten(Exception problem, string path, TimeSpan pause);

    public void Dispose() => _meter.Dispose();

    private static Measurement<long>[] Datagrams(ConfabCounters counters) =>
    [
        new(counters.DatagramsSent, new KeyValuePair<string, object?>("crux.fate", "sent")),
        new(counters.DatagramsReceived, new KeyValuePair<string, object?>("crux.fate", "received")),
        new(counters.DroppedInbound, new KeyValuePair<string, object?>("crux.fate", "dropped_inbound")),
        new(counters.DroppedOutbound, new KeyValuePair<string, object?>("crux.fate", "dropped_outbound")),
    ];

    private static Measurement<long>[] Bytes(ConfabCounters counters) =>
    [
        new(counters.BytesSent, new KeyValuePair<string, object?>("crux.direction", "out")),
        new(counters.BytesReceived, new KeyValuePair<string, object?>("crux.direction", "in")),
    ];

    private static IEnumerable<Measurement<long>> Rejected(FlockCounters counters) =>
        Enum.GetValues<RejectReason>().Select(reason =>
            new Measurement<long>(counters.Rejected(reason), new KeyValuePair<string, object?>("crux.reason", reason.ToString())));
}
