using System.Globalization;
using System.Text;
using System.Text.Json;
using Ahenk.Grains.Agreement;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.People;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Import;

/// <summary>Takes over the user agreement, what users said to it, and who is logged in.</summary>
internal sealed class PeopleImport(string boot, DateTimeOffset bootedAt, TimeProvider time, ImportReport report)
{
    private const string AgreementSubject = "agreement";
    private const string SessionSubject = "session";

    /// <summary>The text and the answers to it.</summary>
    public IReadOnlyList<Document> MakeAgreement(OldContract? contract, IReadOnlyList<OldAnswer> answers)
    {
        var documents = new List<Document>();
        AgreementQuestion? question = null;
        if (contract is not null)
        {
            question = AgreementFile.Read(Encoding.UTF8.GetBytes(contract.Text), out var problem);
            if (question is null)
            {
                report.LeaveOut(AgreementSubject, $"The text of the user agreement is not taken over: {problem}. Lider is asked for it.");
            }
            else
            {
                var stored = new StoredAgreement(question.Md5, question.Text, "the Python Ahenk", At(contract.At) ?? time.GetUtcNow());
                documents.Add(new Document(
                    new DocumentKey(DocumentKinds.AgreementText, "text"), JsonSerializer.Serialize(stored, AgreementJson.Default.StoredAgreement)));
                report.Take(AgreementSubject, $"The text of the user agreement ({question.Md5}).");
            }
        }

        foreach (var ofUser in answers.GroupBy(answer => LoginName.Parse(answer.User ?? "")?.User))
        {
            if (ofUser.Key is not { } user)
            {
                report.LeaveOut(AgreementSubject, $"What {ImportReport.Quote(ofUser.First().User)} said to the agreement is not taken over: that is no login name.");
            }
            else if (question is null || Decide(ofUser.Where(answer => answer.ContractId == contract!.Id)) is not { } said)
            {
                report.LeaveOut(AgreementSubject, $"What {ImportReport.Quote(user)} said to the agreement is not taken over: it was said to another text.");
            }
            else
            {
                var stored = new StoredAnswer(question.Md5, said.Choice == "Y", At(said.At) ?? time.GetUtcNow());
                documents.Add(new Document(
                    new DocumentKey(DocumentKinds.AgreementAnswer, user), JsonSerializer.Serialize(stored, AgreementJson.Default.StoredAnswer)));
                report.Take(AgreementSubject, $"{ImportReport.Quote(user)} has {(stored.Accepted ? "accepted" : "refused")} the user agreement.");
            }
        }

        return documents;
    }

    /// <summary>Who is logged in; Lider was told of it.</summary>
    /// <param name="sessions">The rows.</param>
    /// <param name="users">Filled with the users' keys, and the names by which plugins know them.</param>
    public IReadOnlyList<Document> MakeSessions(IEnumerable<OldSession> sessions, Dictionary<string, string> users)
    {
        var documents = new List<Document>();
        foreach (var ofUser in sessions.GroupBy(session => LoginText.Person(session.User ?? "", session.Domain)?.User))
        {
            var session = ofUser.Last();
            var shown = ImportReport.Quote(session.User);
            if (ofUser.Key is not { } user)
            {
                report.LeaveOut(SessionSubject, $"The session of {shown} is not taken over: that is no login name of a person.");
                continue;
            }

            // Nobody removes the rows of those who were logged in when the machine was switched off.
            if (!long.TryParse(session.At, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > time.GetUtcNow().ToUnixTimeSeconds() ||
                DateTimeOffset.FromUnixTimeSeconds(seconds) < bootedAt)
            {
                report.LeaveOut(SessionSubject, $"The session of {shown} is not taken over: it is not of this run of the machine.");
                continue;
            }

            var login = LoginText.Clean(new UserLogin
            {
                Domain = LoginText.Person(session.User!, session.Domain)!.Domain,
                Desktop = session.Desktop,
                Display = session.Display,
                RemoteHost = session.Host,
            });
            var document = new SessionDocument
            {
                Stage = UserStage.In,
                Login = StoredLogin.Of(login, boot, DateTimeOffset.FromUnixTimeSeconds(seconds)),
                IsAnnounced = true,
            };
            users[user] = document.Login.NameOf(user);
            documents.Add(new Document(new DocumentKey(DocumentKinds.Session, user), document.ToJson()));
            report.Take(SessionSubject, $"{shown} is logged in.");
        }

        return documents;
    }

    /// <summary>Whoever has ever accepted a text is not asked again, as with the Python Ahenk.</summary>
    private static OldAnswer? Decide(IEnumerable<OldAnswer> answers)
    {
        var said = answers.Where(answer => answer.Choice is "Y" or "N").ToList();
        return said.FindLast(answer => answer.Choice == "Y") ?? said.LastOrDefault();
    }

    private DateTimeOffset? At(string? text) =>
        LiderDate.TryParse(text)?.ToInstant(time.LocalTimeZone) is { } at && at <= time.GetUtcNow() ? at : null;
}
