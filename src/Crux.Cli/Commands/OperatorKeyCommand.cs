using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Node.Security;

namespace Crux.Cli.Commands;

/// <summary><c>crux operator key</c>: makes an operator's key where the operator is. Needs no node.</summary>
internal static class OperatorKeyCommand
{
    public static TaughtCommand Create(Terminal terminal, GlobalOptions options)
    {
        var name = new Argument<string>("NAME") { Description = "What you will be called" };
        var folder = new Option<string>("--out") { Description = "The folder to put both files into", HelpName = "DIR", DefaultValueFactory = _ => "." };
        var command = new TaughtCommand("key", "Makes a key for yourself: NAME.operator, which stays with you, and NAME.operator.pub for whoever holds the root key.")
        {
            Examples = [("crux operator key alice", "then send alice.operator.pub, by a way on which nobody can swap it")],
        };
        command.Add(name);
        command.Add(folder);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.GuardAsync(_ => Task.FromResult(Make(run, parsed.GetValue(name)!, parsed.GetValue(folder)!)), token);
        });
        return command;
    }

    /// <summary>Makes a key file, readable by its owner alone.</summary>
    /// <exception cref="Failure">It can't be written, or something is there; the message says what to do.</exception>
    public static OperatorKey Make(string path)
    {
        if (Path.Exists(path))
            throw new Failure(ExitCode.Refused, $"{path} is there already, and is not overwritten. Choose another NAME, or move it away.");
        var key = OperatorKey.Create();
        try
        {
            key.Write(path);
            return key;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new Failure(ExitCode.Refused, $"{path} can't be written: {problem.Message} Name another folder.");
        }
    }

    private static int Make(CommandRun run, string name, string folder)
    {
        if (OperatorRoster.Empty.With(new(name, 1, OperatorRole.View), out var problem) is null)
            throw new Failure(ExitCode.Usage, problem!);
        if (!Directory.Exists(folder))
            throw new Failure(ExitCode.Refused, $"There is no folder {Path.GetFullPath(folder)}. Make it with 'mkdir -m 700 -p {folder}'.");
        var path = Path.GetFullPath(Path.Combine(folder, $"{name}.operator"));
        var publicPath = $"{path}.pub";
        if (Path.Exists(publicPath))
            throw new Failure(ExitCode.Refused, $"{publicPath} is there already, and is not overwritten. Choose another NAME, or move it away.");
        using var key = Make(path);
        key.WritePublic(publicPath);
        run.Answer(
            () => new OperatorKeyJson(name, path, publicPath, OperatorRoster.KeyOf(key.PublicKey).ToString("x32", null)),
            terminal =>
            {
                terminal.Out.WriteLine($"{new Cell(path, Tone.Strong).For(terminal)}");
                Paragraph.Write(terminal.Out, terminal, new Cell(" "), "stays with you: it signs what you order.");
                terminal.Out.WriteLine($"{new Cell(publicPath, Tone.Strong).For(terminal)}");
                Paragraph.Write(terminal.Out, terminal, new Cell(" "), $"for whoever holds the root key: crux operator add {name} --role ROLE --key {Path.GetFileName(publicPath)}");
            });
        return ExitCode.Ok;
    }
}
