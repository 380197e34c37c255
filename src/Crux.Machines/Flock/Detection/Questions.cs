using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>What observers of a silent member say to it and to each other.</summary>
internal sealed class Questions(FlockState state, Mail mail, Observers observers)
{
    /// <summary>What is told is told again after this, the first <see cref="QuickTellings"/> times; and from then on every <see cref="SlowPeriod"/>.</summary>
    public static readonly TimeSpan QuickPeriod = TimeSpan.FromMilliseconds(150);

    /// <inheritdoc cref="QuickPeriod"/>
    public static readonly TimeSpan SlowPeriod = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="QuickPeriod"/>
    public const int QuickTellings = 3;

    private const byte TrialForm = 1;

    public static TimeSpan TellingPeriod(int tellings) => tellings < QuickTellings ? QuickPeriod : SlowPeriod;

    /// <summary>Asks a member for a sign; returns the number that its answer bears.</summary>
    public uint Probe(Slot subject)
    {
        var message = mail.Write(MessageKind.Probe);
        message.UInt32(subject.ProbesSent);
        mail.Send(subject, message);
        return subject.ProbesSent++;
    }

    public void OnProbe(Slot from, ref WireReader reader)
    {
        var message = mail.Write(MessageKind.Ack);
        message.UInt32(reader.UInt32());
        message.UInt16(++from.ProbesHeard);
        mail.Send(from, message);
    }

    public void TellDoubt(Doubt doubt)
    {
        var message = mail.Write(MessageKind.Doubt);
        message.Address(doubt.Record.Address);
        message.UInt32(doubt.Record.Incarnation);
        message.Byte(doubt.IsTrial ? TrialForm : (byte)0);
        // The subject first: it may refute before anybody else has looked.
        mail.Send(doubt.Subject, message);
        ToObservers(doubt.Record, message);
    }

    public static (NetAddress Subject, uint Incarnation, bool IsTrial) ReadDoubt(ref WireReader reader) =>
        (reader.Address(), reader.UInt32(), reader.Byte() == TrialForm);

    /// <summary>This node's alarm, to all others that watch the subject.</summary>
    public void TellAlarm(Alarm alarm, TimeSpan asked)
    {
        if (!state.View.TryGet(alarm.Subject, out var subject))
            return;
        var message = mail.Write(MessageKind.Alarm);
        message.Address(alarm.Subject);
        message.UInt32(alarm.Incarnation);
        message.UInt16(Verdict.Milliseconds(asked));
        message.Bytes(alarm.Signature.Span);
        mail.Send(subject, message);
        ToObservers(subject, message);
    }

    public static (Alarm Alarm, TimeSpan Asked) ReadAlarm(Slot from, ViewTable view, ref WireReader reader)
    {
        var (address, incarnation, asked) = (reader.Address(), reader.UInt32(), reader.UInt16());
        var signature = reader.Take(INodeSigner.SignatureBytes);
        view.TryGet(address, out var subject);
        return (new Alarm(address, incarnation, subject.Salt, from.Address) { Signature = signature.ToArray() }, TimeSpan.FromMilliseconds(asked));
    }

    private void ToObservers(MemberRecord subject, scoped in WireWriter message)
    {
        foreach (var watcher in observers.Of(subject))
        {
            if (watcher != state.Self.Address && state.View.TryGet(watcher, out var record))
                mail.Send(record, message);
        }
    }
}
