using System.Globalization;
using Crux.Machines.Flock.Authority;
using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Operator;

/// <summary>Answers the <c>crux</c> command. It reads what others keep, and changes nothing but log levels.</summary>
internal sealed class OperatorService(
    NodeFacts node,
    IGroupView group,
    GroupChronicle chronicle,
    IBootReport boot,
    ITrafficReport traffic,
    IRegistryReport registry,
    OperatorEvents events,
    LogLevelOverrides logLevels,
    IOrderDesk orders,
    IKeyDesk keys) : Protos.Operator.OperatorBase
{
    private const int SecretBytes = 32;

    public override async Task<GetStatusReply> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        var standing = await LookAsync(context);
        var held = await KeysAsync(context);
        var view = group.Current;
        var steps = boot.Steps;
        var leader = view.Leader is { } id ? view.Find(id) : null;
        var unreachable = view.Members.Where(member => member.Status == MemberStatus.Unreachable).Select(member => member.Name).ToList();
        var reply = new GetStatusReply
        {
            Node = new NodeInfo
            {
                NodeId = ByteString.CopyFrom(node.Id.ToArray()),
                Name = view.Find(node.Id)?.Name ?? node.Name,
                Address = node.Address.ToString(),
                Rack = node.Rack,
                FlockId = node.FlockId,
                Group = node.Group,
            },
            FlockId = node.FlockId,
            Version = node.Version,
            Uptime = Duration.FromTimeSpan(chronicle.Uptime),
            MembersAlive = (uint)(Math.Max(view.Size, view.Members.Length) - unreachable.Count),
            MembersUnreachable = (uint)unreachable.Count,
            Settled = view.IsSettled,
            LeaderId = view.Leader is { } leaderId ? ByteString.CopyFrom(leaderId.ToArray()) : ByteString.Empty,
            LeaderName = leader?.Name ?? view.Leader?.Brief ?? "",
            Token = new Token { Lineage = view.Token.Lineage, Term = view.Token.Term, Sequence = view.Token.Sequence },
            LeaderFor = Duration.FromTimeSpan(chronicle.LeaderFor),
            Steward = registry.Steward,
            LocalServices = (uint)registry.LocalServices,
            KnownServices = (uint)registry.KnownServices,
            Booted = steps.Count > 0 && steps.All(step => step.State is BootState.Done or BootState.Idle),
            Traffic = traffic.Read(),
            KeyGeneration = held.Generation,
            KeyEpoch = (ulong)held.Epoch,
            KeyAge = Duration.FromTimeSpan(held.Age),
        };
        StandingShape.Fill(reply, standing, view, address => Doctor.WhoWasShutOut(address, view, held, chronicle.LastHeardOf));
        reply.Warnings.Add(OperatorWarnings.Of(reply, view, node.Name, steps, unreachable, logLevels.List().Count));
        var shutOut = Doctor.OfShutOut(held, node);
        reply.Outside = held.Refused is not null || shutOut is not null;
        reply.Warnings.Add(StandingShape.Warnings(standing, view, isKeptOut: reply.Outside));
        if (held.Refused is { } refused)
            reply.Warnings.Add(refused);
        else if (shutOut is not null)
            reply.Warnings.Add($"{shutOut.What} {shutOut.Remedy}");
        return reply;
    }

    public override async Task<ListMembersReply> ListMembers(ListMembersRequest request, ServerCallContext context)
    {
        var attributes = request.Attributes ? await AtDesk(orders.GatherAttributesAsync(context.CancellationToken)) : [];
        var byAddress = attributes.ToDictionary(it => it.Address);
        if (group.Current.Members.Length < group.Current.Size)
            await AtDesk(orders.MeetEverybodyAsync(context.CancellationToken));
        var view = group.Current;
        var reply = new ListMembersReply { Settled = view.IsSettled, Revision = view.Revision, Unnamed = (uint)Math.Max(0, view.Size - view.Members.Length) };
        foreach (var member in view.Members)
        {
            var shown = new MemberInfo
            {
                NodeId = ByteString.CopyFrom(member.Id.ToArray()),
                Name = member.Name,
                Address = member.Address.ToString(),
                Incarnation = member.Incarnation,
                Unreachable = member.Status == MemberStatus.Unreachable,
                Leader = member.Id == view.Leader,
                Self = member.Id == view.Self,
                Rack = member.Rack,
                InViewFor = Duration.FromTimeSpan(chronicle.InViewFor(member.Id)),
            };
            if (byAddress.TryGetValue(member.Address, out var said))
                shown.Attributes.Add(said.Values.ToDictionary());
            reply.Members.Add(shown);
        }
        return reply;
    }

    public override async Task<SetAttributesReply> SetAttributes(SetAttributesRequest request, ServerCallContext context)
    {
        foreach (var (key, value) in request.Set.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (await AtDesk(orders.SetAttributeAsync(key, value, context.CancellationToken)) is { } problem)
                throw Invalid(problem);
        }
        foreach (var key in request.Unset)
        {
            if (await AtDesk(orders.SetAttributeAsync(key, null, context.CancellationToken)) is { } problem)
                throw Invalid(problem);
        }
        if (await AtDesk(orders.FindUnwrittenAsync(context.CancellationToken)) is { } unwritten)
            throw RpcFault.WrongPlace($"It holds now, and others are told, but a restart would undo it: {unwritten} This node goes on trying; give the command again to see whether it is kept.");
        return new SetAttributesReply { Attributes = { (await AtDesk(orders.LookAsync(context.CancellationToken))).Attributes.ToDictionary() } };
    }

    public override Task<ListServicesReply> ListServices(ListServicesRequest request, ServerCallContext context) =>
        registry.ListAsync(context.CancellationToken);

    public override Task<GetBootReply> GetBoot(GetBootRequest request, ServerCallContext context) =>
        Task.FromResult(new GetBootReply { Steps = { boot.Steps } });

    public override async Task WatchEvents(WatchEventsRequest request, IServerStreamWriter<Event> responseStream, ServerCallContext context)
    {
        var happening = events.WatchAsync(context.CancellationToken);
        // Headers first: the watcher knows that it misses nothing from here on.
        await context.WriteResponseHeadersAsync([]);
        try
        {
            await foreach (var happened in happening)
                await responseStream.WriteAsync(happened, context.CancellationToken);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The watcher has gone.
        }
    }

    public override Task<ListLogLevelsReply> SetLogLevel(SetLogLevelRequest request, ServerCallContext context)
    {
        // Numbers parse as enum members too; only names are levels.
        if (!System.Enum.TryParse<LogLevel>(request.Level, ignoreCase: true, out var level) || !System.Enum.GetNames<LogLevel>().Contains(level.ToString()) || char.IsAsciiDigit(request.Level[0]))
            throw Invalid($"'{request.Level}' is no log level: use Trace, Debug, Information, Warning, Error, Critical or None.");
        if (request.Category.Length > 0 && !NameRules.Holds(request.Category))
            throw Invalid($"'{request.Category}' is no log category: use a dotted name such as Crux.Flock.");
        var expiresIn = request.ExpiresIn?.ToTimeSpan() ?? TimeSpan.Zero;
        if (expiresIn < LogLevelOverrides.Shortest || expiresIn > LogLevelOverrides.Longest)
            throw Invalid("A log level is set for 1 s to 24 h: add 'for 10m'.");
        try
        {
            logLevels.Set(request.Category, level, expiresIn);
        }
        catch (InvalidOperationException full)
        {
            throw new RpcException(new Grpc.Core.Status(StatusCode.ResourceExhausted, full.Message));
        }
        events.Publish("log", $"Log level of {(request.Category.Length > 0 ? request.Category : "everything")} is {level} for {expiresIn:c}.");
        return ListLogLevels(new ListLogLevelsRequest(), context);
    }

    public override Task<ListLogLevelsReply> ListLogLevels(ListLogLevelsRequest request, ServerCallContext context)
    {
        var reply = new ListLogLevelsReply();
        reply.Overrides.Add(logLevels.List().Select(it => new LogLevelOverride
        {
            Category = it.Category,
            Level = it.Level.ToString(),
            ExpiresIn = Duration.FromTimeSpan(it.ExpiresIn),
        }));
        reply.Warnings.Add(logLevels.List().Select(it => logLevels.Doubt(it.Category)).OfType<string>());
        return Task.FromResult(reply);
    }

    public override async Task<GetAuthorityReply> GetAuthority(GetAuthorityRequest request, ServerCallContext context)
    {
        var authority = await AtDesk(orders.GetAuthorityAsync(context.CancellationToken));
        return new GetAuthorityReply
        {
            Bloc = authority.Bloc,
            Flock = authority.Flock,
            Lineage = authority.Lineage == 0 ? ByteString.Empty : ByteString.CopyFrom(Convert.FromHexString(authority.Lineage.ToString("x32", CultureInfo.InvariantCulture))),
            HighestSequence = authority.HighestSequence,
            OperatorKey = ByteString.CopyFrom(authority.OperatorKey.Span),
            Roster = ByteString.CopyFrom(authority.Roster.ToPayload()),
            OrdersOfOthers = { authority.OfOthers.Select(order => ByteString.CopyFrom(order.Raw.Span)) },
        };
    }

    public override async Task<PlaceOrderReply> PlaceOrder(PlaceOrderRequest request, ServerCallContext context)
    {
        if (request.Order.Length > OperatorOrder.MaxBytes)
            throw Invalid($"An order has at most {OperatorOrder.MaxBytes} bytes; this one has {request.Order.Length}.");
        if (await AtDesk(orders.PlaceAsync(request.Order.Memory, context.CancellationToken)) is { } problem)
            throw RpcFault.WrongPlace(problem);
        if (OperatorOrder.TryRead(request.Order.Span, out var order))
            events.Publish("order", $"The operator gave order {order.Kind}, number {order.Sequence}.");
        if (await AtDesk(orders.FindUnwrittenAsync(context.CancellationToken)) is { } unwritten)
            throw RpcFault.WrongPlace($"The order is taken, and others are told, but this node would not know it after a restart: {unwritten} It goes on trying; 'crux doctor' tells when it can't.");
        return new PlaceOrderReply();
    }

    public override async Task<GetSealingReply> GetSealing(GetSealingRequest request, ServerCallContext context) =>
        StandingShape.Sealing(await AtDesk(orders.LookAsync(context.CancellationToken)), group.Current);

    public override async Task<PlanRefoundingReply> PlanRefounding(PlanRefoundingRequest request, ServerCallContext context)
    {
        var standing = await AtDesk(orders.LookAsync(context.CancellationToken));
        var (terms, problem) = await AtDesk(orders.PlanRefoundingAsync(context.CancellationToken));
        if (terms is null)
            throw RpcFault.WrongPlace(problem!);
        return new PlanRefoundingReply { Payload = ByteString.CopyFrom(terms.ToPayload()), Former = { StandingShape.Voters(standing) } };
    }

    public override async Task<ExamineReply> Examine(ExamineRequest request, ServerCallContext context)
    {
        var reply = new ExamineReply();
        // Looked at before: who is asked may join for it, and why it had not joined is the question.
        var view = group.Current;
        ProbeResult? probe = null;
        NetAddress address = default;
        if (request.Address.Length > 0)
        {
            if (view.Members.FirstOrDefault(member => member.Name == request.Address) is { } named)
                address = named.Address;
            else if (!NetAddress.TryParse(request.Address, out address))
                throw Invalid($"'{request.Address}' is no address, nor a member's name: write 10.0.0.2 or 10.0.0.2:{node.Address.Port}.");
            if (address.IsV4 != node.Address.IsV4)
                throw Invalid($"'{request.Address}' is an {address.FamilyName} address, and this node speaks {node.Address.FamilyName}: a flock speaks one of the two. Give fulcrum there an --address like this node's {node.Address.ToIPAddress()}.");
            address = address.Port == 0 ? address.WithPort(node.Address.Port) : address;
            probe = address == node.Address ? new(ProbeOutcome.Answer, ProbeOutcome.Answer, null) : await AtDesk(orders.ProbeAsync(address, context.CancellationToken));
            (reply.Udp, reply.Tcp) = (StandingShape.Word(probe.Udp), StandingShape.Word(probe.Tcp));
        }
        // Looked at after the asking: what the other side answered to the flock's own socket is counted by then.
        var standing = await AtDesk(orders.LookAsync(context.CancellationToken));
        var held = await KeysAsync(context);
        var received = (long)traffic.Read().DatagramsReceived;
        if (probe is not null)
            reply.Findings.Add(StandingShape.Of(Doctor.OfAddress(address, probe, view, standing, held, node, chronicle.LastHeardOf, received)));
        else
            reply.Findings.Add(Doctor.OfSelf(view, standing, held, node, received).Select(StandingShape.Of));
        return reply;
    }

    // A status that lacks a detail is worth more at 3 a.m. than none.
    private async Task<FlockStanding> LookAsync(ServerCallContext context)
    {
        try
        {
            return await orders.LookAsync(context.CancellationToken);
        }
        catch (InvalidOperationException)
        {
            return FlockStanding.None;
        }
    }

    private async Task<Machines.Flock.Keys.KeyReport> KeysAsync(ServerCallContext context)
    {
        try
        {
            return await keys.ReadAsync(context.CancellationToken);
        }
        catch (InvalidOperationException)
        {
            return new();
        }
    }

    public override async Task<GetKeysReply> GetKeys(GetKeysRequest request, ServerCallContext context) =>
        KeyShape.Of(await AtDesk(keys.ReadAsync(context.CancellationToken)), chronicle);

    public override async Task<OfferSecretReply> OfferSecret(OfferSecretRequest request, ServerCallContext context)
    {
        if (request.Secret.Length != SecretBytes)
            throw Invalid($"A flock's secret has {SecretBytes} bytes; this one has {request.Secret.Length}.");
        return new OfferSecretReply { Payload = ByteString.CopyFrom(await AtDesk(keys.OfferSecretAsync(request.Secret.Memory, context.CancellationToken))) };
    }

    private static async Task<T> AtDesk<T>(Task<T> answer)
    {
        try
        {
            return await answer;
        }
        catch (InvalidOperationException problem)
        {
            throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, problem.Message));
        }
    }

    private static RpcException Invalid(string problem) => new(new Grpc.Core.Status(StatusCode.InvalidArgument, problem));
}
